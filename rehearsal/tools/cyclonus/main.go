// Cyclonus says of each connection whether network policies let it through. It reads {"policies": [], "traffic": []} and
// prints a list of booleans: Cyclonus' own command prints tables.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	networking "k8s.io/api/networking/v1"
)

type question struct {
	Policies []*networking.NetworkPolicy
	Traffic  []*matcher.Traffic
}

func main() {
	if err := answer(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answer() error {
	asked := question{}
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		return err
	}
	policies := matcher.BuildNetworkPolicies(false, asked.Policies)
	allowed := []bool{}
	for _, each := range asked.Traffic {
		result := policies.IsTrafficAllowed(each)
		allowed = append(allowed, result.IsAllowed())
	}
	return json.NewEncoder(os.Stdout).Encode(allowed)
}
