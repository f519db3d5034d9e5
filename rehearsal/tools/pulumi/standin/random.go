package main

import (
	"crypto/rand"
	"math/big"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const (
	lower   = "abcdefghijklmnopqrstuvwxyz"
	upper   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits  = "0123456789"
	special = "!@#$%&*()-_=+[]{}<>:?"
)

func randomString(inputs resource.PropertyMap) (resource.ID, resource.PropertyMap, error) {
	text, err := letters(inputs)
	return resource.ID(text), resource.PropertyMap{"result": resource.NewProperty(text)}, err
}

func randomPassword(inputs resource.PropertyMap) (resource.ID, resource.PropertyMap, error) {
	text, err := letters(inputs)
	return "none", resource.PropertyMap{"result": resource.NewProperty(text)}, err
}

func letters(inputs resource.PropertyMap) (string, error) {
	alphabet := ""
	for key, some := range map[resource.PropertyKey]string{
		"lower": lower, "upper": upper, "numeric": digits, "special": special,
	} {
		if wanted, given := inputs[key]; !given || plain(wanted).BoolValue() {
			alphabet += some
		}
	}
	text := make([]byte, int(plain(inputs["length"]).NumberValue()))
	for i := range text {
		index, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			return "", err
		}
		text[i] = alphabet[index.Int64()]
	}
	return string(text), nil
}

// plain is a value without the mark of a secret.
func plain(value resource.PropertyValue) resource.PropertyValue {
	if value.IsSecret() {
		return value.SecretValue().Element
	}
	return value
}
