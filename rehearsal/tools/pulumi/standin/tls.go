package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

var keyUses = map[string]x509.KeyUsage{
	"cert_signing":      x509.KeyUsageCertSign,
	"crl_signing":       x509.KeyUsageCRLSign,
	"digital_signature": x509.KeyUsageDigitalSignature,
	"key_encipherment":  x509.KeyUsageKeyEncipherment,
}

var extendedUses = map[string]x509.ExtKeyUsage{
	"client_auth": x509.ExtKeyUsageClientAuth,
	"server_auth": x509.ExtKeyUsageServerAuth,
}

func privateKey(inputs resource.PropertyMap) (resource.ID, resource.PropertyMap, error) {
	if algorithm, curve := text(inputs, "algorithm"), text(inputs, "ecdsaCurve"); algorithm != "ECDSA" || curve != "P256" {
		return "", nil, fmt.Errorf("the stand-in of tls makes keys of ECDSA with P256, not of %s with %q", algorithm, curve)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", nil, err
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return "", nil, err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return "", nil, err
	}
	return fingerprint(public), resource.PropertyMap{
		"privateKeyPem": written("EC PRIVATE KEY", private),
		"publicKeyPem":  written("PUBLIC KEY", public),
	}, nil
}

func selfSignedCert(inputs resource.PropertyMap) (resource.ID, resource.PropertyMap, error) {
	key, err := readKey(inputs, "privateKeyPem")
	if err != nil {
		return "", nil, err
	}
	return certificate(inputs, subject(inputs), key.Public(), nil, key)
}

func certRequest(inputs resource.PropertyMap) (resource.ID, resource.PropertyMap, error) {
	key, err := readKey(inputs, "privateKeyPem")
	if err != nil {
		return "", nil, err
	}
	made, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: subject(inputs)}, key)
	if err != nil {
		return "", nil, err
	}
	return fingerprint(made), resource.PropertyMap{
		"certRequestPem": written("CERTIFICATE REQUEST", made),
		"keyAlgorithm":   resource.NewProperty("ECDSA"),
	}, nil
}

func locallySignedCert(inputs resource.PropertyMap) (resource.ID, resource.PropertyMap, error) {
	key, err := readKey(inputs, "caPrivateKeyPem")
	if err != nil {
		return "", nil, err
	}
	authority, err := x509.ParseCertificate(read(inputs, "caCertPem"))
	if err != nil {
		return "", nil, err
	}
	request, err := x509.ParseCertificateRequest(read(inputs, "certRequestPem"))
	if err != nil {
		return "", nil, err
	}
	return certificate(inputs, request.Subject, request.PublicKey, authority, key)
}

// certificate makes one that an authority signs; without an authority, one that is signed with its own key.
func certificate(
	inputs resource.PropertyMap, subject pkix.Name, public any, authority *x509.Certificate, key crypto.Signer,
) (resource.ID, resource.PropertyMap, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return "", nil, err
	}
	start := time.Now()
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               subject,
		NotBefore:             start,
		NotAfter:              start.Add(hours(inputs, "validityPeriodHours")),
		BasicConstraintsValid: true,
		IsCA:                  plain(inputs["isCaCertificate"]).HasValue() && plain(inputs["isCaCertificate"]).BoolValue(),
	}
	for _, use := range plain(inputs["allowedUses"]).ArrayValue() {
		name := plain(use).StringValue()
		if found, is := extendedUses[name]; is {
			template.ExtKeyUsage = append(template.ExtKeyUsage, found)
		} else if found, is := keyUses[name]; is {
			template.KeyUsage |= found
		} else {
			return "", nil, fmt.Errorf("the stand-in of tls does not know the use %s", name)
		}
	}
	if authority == nil {
		authority = template
	}
	made, err := x509.CreateCertificate(rand.Reader, template, authority, public, key)
	if err != nil {
		return "", nil, err
	}
	return resource.ID(serial.String()), resource.PropertyMap{
		"certPem":           written("CERTIFICATE", made),
		"keyAlgorithm":      resource.NewProperty("ECDSA"),
		"readyForRenewal":   resource.NewProperty(false),
		"validityStartTime": resource.NewProperty(start.Format(time.RFC3339)),
		"validityEndTime":   resource.NewProperty(template.NotAfter.Format(time.RFC3339)),
	}, nil
}

// isToBeRenewed says whether a certificate is in the last hours of its life that were named.
func isToBeRenewed(outputs resource.PropertyMap) bool {
	end, err := time.Parse(time.RFC3339, text(outputs, "validityEndTime"))
	return err == nil && !time.Now().Before(end.Add(-hours(outputs, "earlyRenewalHours")))
}

func subject(inputs resource.PropertyMap) pkix.Name {
	given := plain(inputs["subject"]).ObjectValue()
	name := pkix.Name{CommonName: text(given, "commonName")}
	if organization := text(given, "organization"); organization != "" {
		name.Organization = []string{organization}
	}
	return name
}

func hours(inputs resource.PropertyMap, key resource.PropertyKey) time.Duration {
	if value := plain(inputs[key]); value.IsNumber() {
		return time.Duration(value.NumberValue()) * time.Hour
	}
	return 0
}

func text(inputs resource.PropertyMap, key resource.PropertyKey) string {
	if value := plain(inputs[key]); value.IsString() {
		return value.StringValue()
	}
	return ""
}

func readKey(inputs resource.PropertyMap, key resource.PropertyKey) (crypto.Signer, error) {
	return x509.ParseECPrivateKey(read(inputs, key))
}

// read takes the first PEM block out of a text; nothing where there is none.
func read(inputs resource.PropertyMap, key resource.PropertyKey) []byte {
	block, _ := pem.Decode([]byte(text(inputs, key)))
	if block == nil {
		return nil
	}
	return block.Bytes
}

func written(kind string, content []byte) resource.PropertyValue {
	return resource.NewProperty(string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content})))
}

func fingerprint(content []byte) resource.ID {
	sum := sha1.Sum(content)
	return resource.ID(hex.EncodeToString(sum[:]))
}
