job "api" {
  region      = "global"
  datacenters = ["dc1", "dc2"]
  namespace   = "default"

  update {
    canary            = 1
    max_parallel      = 3
    auto_promote      = true
    auto_revert       = true
    min_healthy_time  = "30s"
    healthy_deadline  = "5m"
    progress_deadline = "15m"
  }

  migrate {
    max_parallel     = 2
    min_healthy_time = "20s"
  }

  group "api" {
    count = 6

    spread {
      attribute = "${node.datacenter}"
      weight    = 100

      target "dc1" {
        percent = 70
      }
      target "dc2" {
        percent = 30
      }
    }

    affinity {
      attribute = "${attr.cpu.arch}"
      value     = "amd64"
      weight    = 75
    }

    constraint {
      operator = "distinct_property"
      attribute = "${node.unique.name}"
      value     = "3"
    }

    disconnect {
      lost_after = "2m"
      replace    = true
      reconcile  = "keep_original"
    }

    network {
      mode = "bridge"
      port "http" {}
      port "envoy_metrics" {
        to = 9102
      }
    }

    shutdown_delay = "5s"

    service {
      name = "api"
      port = "http"

      connect {
        sidecar_service {
          proxy {
            upstreams {
              destination_name = "redis"
              local_bind_port  = 6379
            }
          }
        }
      }

      check {
        type                     = "http"
        path                     = "/health"
        interval                 = "5s"
        timeout                  = "1s"
        success_before_passing   = 2
        failures_before_critical = 3
      }
    }

    task "api" {
      driver         = "docker"
      kill_timeout   = "20s"
      kill_signal    = "SIGTERM"
      shutdown_delay = "3s"

      config {
        image = "ghcr.io/example/api:1.42.0"
        ports = ["http"]
        logging {
          type = "journald"
        }
      }

      resources {
        cpu        = 300
        memory     = 256
        memory_max = 512
      }
    }

    task "log-shipper" {
      driver = "docker"
      lifecycle {
        hook    = "poststart"
        sidecar = true
      }
      config {
        image = "fluent/fluent-bit:3.1"
      }
      resources {
        cpu    = 50
        memory = 64
      }
    }
  }
}
