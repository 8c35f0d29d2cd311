// Metrics of every node.
job "node-exporter" {
  datacenters = ["*"]
  type        = "system"
  priority    = 90

  update {
    max_parallel = 1
    stagger      = "10s"
  }

  group "monitoring" {
    network {
      mode = "host"
      port "metrics" {
        static = 9100
      }
    }

    task "node-exporter" {
      driver = "raw_exec"

      artifact {
        source      = "https://releases.example.com/node_exporter-1.8.2.linux-amd64.tar.gz"
        destination = "local"
      }

      config {
        command = "local/node_exporter"
        args    = ["--web.listen-address", ":${NOMAD_PORT_metrics}"]
      }

      service {
        name = "node-exporter"
        port = "metrics"
        check {
          type     = "http"
          path     = "/"
          interval = "30s"
          timeout  = "5s"
        }
      }

      resources {
        cpu    = 50
        memory = 64
      }
    }
  }
}
