job "ml-training" {
  type     = "batch"
  priority = 30

  constraint {
    attribute = "${meta.accelerator}"
    operator  = "set_contains_any"
    value     = "a100,l4"
  }

  meta {
    "baton.dev/duration" = "4m"
  }

  group "train" {
    count = 2

    restart {
      attempts = 1
      interval = "1h"
      delay    = "30s"
      mode     = "fail"
    }

    ephemeral_disk {
      size = 5000
    }

    task "train" {
      driver = "docker"

      config {
        image = "registry.example.com/ml/train:${NOMAD_META_model}"
        args = [
          "--epochs", "10",
          "--data", "s3://example/train",
        ]
      }

      resources {
        cores  = 2
        memory = 4096

        device "nvidia/gpu" {
          count = 1

          constraint {
            attribute = "${device.attr.memory}"
            operator  = ">="
            value     = "16 GiB"
          }
        }
      }
    }
  }
}
