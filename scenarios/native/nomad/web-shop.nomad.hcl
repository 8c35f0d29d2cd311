# The shop's web tier: two groups, services in Consul behind Fabio, secrets from Vault.
variable "datacenters" {
  type    = list(string)
  default = ["dc1"]
}

variable "version" {
  type        = string
  description = "Tag of the image to run"
  default     = "2.14.1"
}

variable "web_count" {
  type    = number
  default = 4
}

locals {
  registry = "registry.example.com/shop"
  image    = "${local.registry}/web:${var.version}"
}

job "shop" {
  datacenters = var.datacenters
  type        = "service"
  priority    = 70

  constraint {
    attribute = "${attr.kernel.name}"
    value     = "linux"
  }

  update {
    max_parallel      = 2
    min_healthy_time  = "15s"
    healthy_deadline  = "3m"
    progress_deadline = "8m"
    auto_revert       = true
  }

  group "web" {
    count = var.web_count

    spread {
      attribute = "${attr.platform.aws.placement.availability-zone}"
      weight    = 100
    }

    network {
      port "http" {
        to = 8080
      }
    }

    service {
      name = "shop-web"
      port = "http"
      tags = ["urlprefix-shop.example.com/", "version-${var.version}"]

      check {
        type     = "http"
        path     = "/healthz"
        interval = "10s"
        timeout  = "2s"

        check_restart {
          limit = 3
          grace = "60s"
        }
      }
    }

    restart {
      attempts = 3
      interval = "10m"
      delay    = "10s"
      mode     = "fail"
    }

    task "server" {
      driver = "docker"

      config {
        image = local.image
        ports = ["http"]
      }

      vault {
        policies = ["shop-web"]
      }

      template {
        data        = <<-EOH
          {{ with secret "database/creds/shop" }}
          DB_USER={{ .Data.username }}
          DB_PASSWORD={{ .Data.password }}
          {{ end }}
        EOH
        destination = "secrets/db.env"
        env         = true
      }

      env {
        PORT       = "${NOMAD_PORT_http}"
        CART_URL   = "http://cart.service.consul"
        LOG_FORMAT = "json"
      }

      resources {
        cpu    = 500
        memory = 512
      }
    }
  }

  group "cart" {
    count = 2

    network {
      port "http" {
        to = 9090
      }
    }

    service {
      name = "cart"
      port = "http"

      check {
        name     = "alive"
        type     = "tcp"
        interval = "5s"
        timeout  = "2s"
      }
    }

    task "cart" {
      driver = "docker"

      config {
        image = "${local.registry}/cart:1.8.0"
        ports = ["http"]
      }

      resources {
        cpu    = 250
        memory = 256
      }
    }
  }
}
