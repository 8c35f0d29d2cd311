job "redis" {
  datacenters = ["dc1"]

  group "cache" {
    network {
      port "db" { to = 6379 }
    }

    ephemeral_disk {
      size    = 1000
      sticky  = true
      migrate = true
    }

    volume "data" {
      type      = "host"
      source    = "redis"
      read_only = false
    }

    task "redis" {
      driver = "docker"
      config {
        image = "redis:7-alpine"
        ports = ["db"]
        args  = ["--appendonly", "yes"]
      }
      volume_mount {
        volume      = "data"
        destination = "/data"
      }
      resources {
        cpu    = 500
        memory = 256
      }
      service {
        name     = "redis"
        port     = "db"
        provider = "nomad"
        check {
          type     = "tcp"
          interval = "10s"
          timeout  = "2s"
        }
      }
    }
  }
}
