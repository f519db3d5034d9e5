// Stands in for Pulumi's plugins random and tls, in tests alone: the resources that the program declares of them, with
// the same properties, and none of their other ones. Where the real plugins are installed, they are used.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// maker returns the ID of a new resource, and what it has besides its inputs.
type maker func(inputs resource.PropertyMap) (resource.ID, resource.PropertyMap, error)

var makers = map[tokens.Type]maker{
	"random:index/randomString:RandomString":        randomString,
	"random:index/randomPassword:RandomPassword":    randomPassword,
	"tls:index/privateKey:PrivateKey":               privateKey,
	"tls:index/selfSignedCert:SelfSignedCert":       selfSignedCert,
	"tls:index/certRequest:CertRequest":             certRequest,
	"tls:index/locallySignedCert:LocallySignedCert": locallySignedCert,
}

type standIn struct{ plugin.UnimplementedProvider }

func (standIn) GetPluginInfo(context.Context) (plugin.PluginInfo, error) {
	return plugin.PluginInfo{Version: &semver.Version{}}, nil
}

func (standIn) CheckConfig(_ context.Context, asked plugin.CheckConfigRequest) (plugin.CheckConfigResponse, error) {
	return plugin.CheckConfigResponse{Properties: asked.News}, nil
}

func (standIn) DiffConfig(context.Context, plugin.DiffConfigRequest) (plugin.DiffConfigResponse, error) {
	return plugin.DiffResult{Changes: plugin.DiffNone}, nil
}

func (standIn) Configure(context.Context, plugin.ConfigureRequest) (plugin.ConfigureResponse, error) {
	return plugin.ConfigureResponse{}, nil
}

func (standIn) Check(_ context.Context, asked plugin.CheckRequest) (plugin.CheckResponse, error) {
	if _, known := makers[asked.Type]; !known {
		return plugin.CheckResponse{}, fmt.Errorf("the stand-in of this plugin has no %s", asked.Type)
	}
	return plugin.CheckResponse{Properties: asked.News}, nil
}

// Diff replaces whatever differs, as those plugins do with all that the program gives them.
func (standIn) Diff(_ context.Context, asked plugin.DiffRequest) (plugin.DiffResponse, error) {
	different := asked.OldInputs.Diff(asked.NewInputs)
	if different == nil && !isToBeRenewed(asked.OldOutputs) {
		return plugin.DiffResult{Changes: plugin.DiffNone}, nil
	}
	answer := plugin.DiffResult{Changes: plugin.DiffSome, DetailedDiff: map[string]plugin.PropertyDiff{}}
	if different == nil {
		answer.ReplaceKeys = []resource.PropertyKey{"readyForRenewal"}
	} else {
		answer.ReplaceKeys = different.ChangedKeys()
	}
	answer.ChangedKeys = answer.ReplaceKeys
	for _, key := range answer.ReplaceKeys {
		answer.DetailedDiff[string(key)] = plugin.PropertyDiff{Kind: plugin.DiffUpdateReplace, InputDiff: true}
	}
	return answer, nil
}

func (standIn) Create(_ context.Context, asked plugin.CreateRequest) (plugin.CreateResponse, error) {
	if asked.Preview {
		return plugin.CreateResponse{Properties: asked.Properties}, nil
	}
	id, made, err := makers[asked.Type](asked.Properties)
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	properties := asked.Properties.Copy()
	for key, value := range made {
		properties[key] = value
	}
	return plugin.CreateResponse{ID: id, Properties: properties}, nil
}

func (standIn) Read(_ context.Context, asked plugin.ReadRequest) (plugin.ReadResponse, error) {
	return plugin.ReadResponse{
		ReadResult: plugin.ReadResult{ID: asked.ID, Inputs: asked.Inputs, Outputs: asked.State},
	}, nil
}

func (standIn) Delete(context.Context, plugin.DeleteRequest) (plugin.DeleteResponse, error) {
	return plugin.DeleteResponse{}, nil
}

func main() {
	err := provider.Main("stand-in", func(*provider.HostClient) (rpc.ResourceProviderServer, error) {
		return plugin.NewProviderServer(&standIn{}), nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
