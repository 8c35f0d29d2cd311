variables {
  min = 2
  max = 10
}

job "worker" {
  datacenters = ["dc1"]

  group "worker" {
    count = var.min

    scaling {
      enabled = true
      min     = var.min
      max     = var.max

      policy {
        cooldown            = "1m"
        evaluation_interval = "30s"

        check "cpu" {
          source = "nomad-apm"
          query  = "avg_cpu-allocated"

          strategy "target-value" {
            target = 70
          }
        }
      }
    }

    task "worker" {
      driver = "docker"
      config {
        image = "registry.example.com/worker:${lower("PROD")}-3"
        force_pull = true
      }
      env {
        QUEUE       = "jobs"
        CONCURRENCY = "${var.max > 5 ? 8 : 4}"
      }
      resources {
        cpu    = 400
        memory = 300
      }
      logs {
        max_files     = 5
        max_file_size = 15
      }
    }
  }
}
