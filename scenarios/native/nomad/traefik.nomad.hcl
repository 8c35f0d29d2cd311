job "traefik" {
  datacenters = ["dc1"]
  type        = "system"

  group "traefik" {
    network {
      port "http" {
        static = 80
      }
      port "https" {
        static = 443
      }
      port "dashboard" {
        static = 8081
      }
    }

    dynamic "service" {
      for_each = ["http", "dashboard"]
      labels   = []
      content {
        name     = "traefik-${service.value}"
        port     = service.value
        provider = "consul"
        check {
          type     = "tcp"
          interval = "10s"
          timeout  = "2s"
        }
      }
    }

    task "traefik" {
      driver = "docker"

      config {
        image        = "traefik:v3.1"
        network_mode = "host"
        volumes      = ["local/traefik.yaml:/etc/traefik/traefik.yaml"]
      }

      template {
        destination = "local/traefik.yaml"
        change_mode = "restart"
        data        = <<EOF2
entryPoints:
  web:
    address: ":80"
  websecure:
    address: ":443"
providers:
  consulCatalog:
    prefix: traefik
    exposedByDefault: false
EOF2
      }

      resources {
        cpu    = 200
        memory = 128
      }
    }
  }
}
