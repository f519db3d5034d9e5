// Package bridge says which resources of the Terraform provider the plugin serves, and under which names.
package bridge

import (
	"context"
	"maps"
	"slices"

	"github.com/bpg/terraform-provider-proxmox/fwprovider"
	"github.com/bpg/terraform-provider-proxmox/proxmoxtf/provider"
	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	sdk "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// Name is the plugin's.
const Name = "proxmoxve"

// Version is that of the SDK whose plugin this is. The build sets it.
var Version = "0.0.0"

// The resources that the program declares, as the SDK names them.
var resources = map[string]tokens.Type{
	"proxmox_virtual_environment_vm":   "proxmoxve:index/vmLegacy:VmLegacy",
	"proxmox_virtual_environment_file": "proxmoxve:index/fileLegacy:FileLegacy",
	"proxmox_download_file":            "proxmoxve:download/file:File",
	"proxmox_hardware_mapping_pci":     "proxmoxve:hardware/mapping/pci:Pci",
}

// Info describes the plugin. `metadata` is what the generator wrote; empty while it runs.
func Info(metadata []byte) tfbridge.ProviderInfo {
	both := pf.MuxShimWithPF(
		context.Background(), sdk.NewProvider(provider.ProxmoxVirtualEnvironment()), fwprovider.New(Version)())
	info := tfbridge.ProviderInfo{
		P:                 both,
		Name:              Name,
		ResourcePrefix:    "proxmox",
		Version:           Version,
		GitHubOrg:         "bpg",
		TFProviderVersion: "0.112.0",
		Resources:         map[string]*tfbridge.ResourceInfo{},
		DataSources:       map[string]*tfbridge.DataSourceInfo{},
		MetadataInfo:      tfbridge.NewProviderMetadata(metadata),
	}
	ignored := map[string]bool{}
	both.ResourcesMap().Range(func(name string, _ shim.Resource) bool {
		if token, declared := resources[name]; declared {
			info.Resources[name] = &tfbridge.ResourceInfo{Tok: token}
		} else {
			ignored[name] = true
		}
		return true
	})
	both.DataSourcesMap().Range(func(name string, _ shim.Resource) bool {
		// One with the name of a resource cannot be ignored without it.
		if token, declared := resources[name]; declared {
			member := tokens.NewModuleMemberToken(token.Module(), tokens.ModuleMemberName("get"+token.Name().String()))
			info.DataSources[name] = &tfbridge.DataSourceInfo{Tok: member}
		} else {
			ignored[name] = true
		}
		return true
	})
	info.IgnoreMappings = slices.Sorted(maps.Keys(ignored))
	return info
}
