// The plugin. The two files beside this one are made before the build, by the generator.
package main

import (
	"context"
	_ "embed"

	"homelab/pulumi-proxmoxve/bridge"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
)

//go:embed schema.json
var schema []byte

//go:embed bridge-metadata.json
var metadata []byte

func main() {
	tfbridge.MainWithMuxer(context.Background(), bridge.Name, bridge.Info(metadata), schema)
}
