// The Kubernetes plugin, as its own main serves it. That one embeds a schema that is generated and in no module; the one
// beside it is, and is copied here before the build.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

var version string

//go:embed schema.json
var schema []byte

func main() {
	provider.Serve("kubernetes", version, schema, []byte("{}"))
}
