job "nightly-backup" {
  datacenters = ["dc1"]
  type        = "batch"

  periodic {
    cron             = "*/5 * * * *"
    prohibit_overlap = true
    time_zone        = "Europe/Berlin"
  }

  reschedule {
    attempts       = 3
    interval       = "2h"
    delay          = "10s"
    delay_function = "fibonacci"
    max_delay      = "10m"
    unlimited      = false
  }

  meta {
    "baton.dev/duration" = "40s"
    team            = "platform"
  }

  group "backup" {
    task "prepare" {
      lifecycle {
        hook    = "prestart"
        sidecar = false
      }
      driver = "docker"
      config {
        image   = "busybox:1.36"
        command = "sh"
        args    = ["-c", "mkdir -p ${NOMAD_ALLOC_DIR}/dump"]
      }
      resources {
        cpu    = 20
        memory = 32
      }
    }

    task "dump" {
      driver = "docker"
      config {
        image   = "postgres:16"
        command = "pg_dump"
        args    = ["-h", "db.service.consul", "-f", "${NOMAD_ALLOC_DIR}/dump/shop.sql"]
      }
      env {
        PGUSER = "backup"
      }
      resources {
        cpu    = 400
        memory = 512
      }
    }
  }
}
