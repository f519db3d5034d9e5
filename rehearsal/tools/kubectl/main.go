// The commands of kubectl that messages and pages name, by kubectl's own packages.
package main

import (
	"os"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/kubectl/pkg/cmd/annotate"
	"k8s.io/kubectl/pkg/cmd/delete"
	"k8s.io/kubectl/pkg/cmd/patch"
	"k8s.io/kubectl/pkg/cmd/util"
)

func main() {
	config := genericclioptions.NewConfigFlags(true)
	streams := genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}
	factory := util.NewFactory(util.NewMatchVersionFlags(config))
	root := &cobra.Command{Use: "kubectl"}
	config.AddFlags(root.PersistentFlags())
	root.AddCommand(annotate.NewCmdAnnotate("kubectl", factory, streams))
	root.AddCommand(delete.NewCmdDelete(factory, streams), patch.NewCmdPatch(factory, streams))
	if err := root.Execute(); err != nil {
		os.Exit(1)
	}
}
