// Writes the schema and the metadata that the plugin embeds: `generate schema --skip-docs --skip-examples --out FOLDER`.
package main

import (
	"homelab/pulumi-proxmoxve/bridge"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfgen"
)

func main() {
	tfgen.MainWithMuxer(bridge.Name, bridge.Info([]byte("{}")))
}
