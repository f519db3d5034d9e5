"""The keys and certificates with which a cluster is made, and the administrator's kubeconfig."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_random as random
import pulumi_tls as tls

from plan import model
from plan.cluster.credentials import KEY_ALGORITHM, KEY_CURVE
from plan.cluster.kubeconfig import in_one_line, write_kubeconfig
from plan.model.placeholders import Secret

AUTHORITY_USES = ("cert_signing", "crl_signing", "digital_signature", "key_encipherment")
CLIENT_USES = ("client_auth", "digital_signature", "key_encipherment")
HOURS_PER_DAY = 24
ENCRYPTION_KEY_LENGTH = 32
"""Characters, a byte each: what secretbox takes."""


@dataclass(frozen=True)
class ClusterCredentialsArgs:
    """Arguments of the credentials."""

    credentials: model.Credentials


@dataclass(frozen=True)
class KeyPair:
    """A key and the certificate of its authority, as PEM texts."""

    key: pulumi.Output[str]
    certificate: pulumi.Output[str]


class ClusterCredentials(pulumi.ComponentResource):
    """Three authorities and the service accounts' key pair, for a control plane to be made with, and a kubeconfig.

    Whatever would replace an authority or a key fails, for they are protected: the cluster would trust nothing that it
    trusted before. So does an `up` after an authority has run out, since the provider then wants to replace it.
    The administrator's certificate is replaced in its last days by any `up`, and with it the kubeconfig.
    """

    files: Mapping[Secret, pulumi.Output[str]]
    """Files for `/etc/kubernetes/pki` and the key of the Secrets, each as base64; all are secrets, certificates
    included."""
    kubeconfig: pulumi.Output[str]

    def __init__(self, name: str, args: ClusterCredentialsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("homelab:index:ClusterCredentials", name, None, opts)
        authorities = {authority.name: self._authority(name, authority) for authority in args.credentials.authorities}
        service_account = _private_key(f"{name}-service-account", self._protected())
        administrator = self._administrator(name, args.credentials.administrator, authorities["cluster-ca"])
        self.files = {
            "cluster-ca.crt": _file(authorities["cluster-ca"].certificate),
            "cluster-ca.key": _file(authorities["cluster-ca"].key),
            "etcd-ca.crt": _file(authorities["etcd-ca"].certificate),
            "etcd-ca.key": _file(authorities["etcd-ca"].key),
            "front-proxy-ca.crt": _file(authorities["front-proxy-ca"].certificate),
            "front-proxy-ca.key": _file(authorities["front-proxy-ca"].key),
            "service-account.key": _file(service_account.private_key_pem),
            "service-account.pub": _file(service_account.public_key_pem),
            "encryption-key": _file(self._encryption_key(name)),
        }
        self.kubeconfig = pulumi.Output.secret(
            pulumi.Output.all(
                authorities["cluster-ca"].certificate, administrator.certificate, administrator.key
            ).apply(lambda texts: write_kubeconfig(args.credentials, *texts))
        )
        self.register_outputs({})

    def _authority(self, cluster: str, authority: model.Authority) -> KeyPair:
        name = f"{cluster}-{authority.name}"
        key = _private_key(name, self._protected())
        certificate = tls.SelfSignedCert(
            name,
            private_key_pem=key.private_key_pem,
            subject=tls.SelfSignedCertSubjectArgs(common_name=authority.common_name),
            is_ca_certificate=True,
            set_subject_key_id=True,
            allowed_uses=AUTHORITY_USES,
            validity_period_hours=authority.days * HOURS_PER_DAY,
            early_renewal_hours=0,
            opts=self._protected(),
        )
        return KeyPair(key=key.private_key_pem, certificate=certificate.cert_pem)

    def _administrator(self, cluster: str, administrator: model.Administrator, authority: KeyPair) -> KeyPair:
        name = f"{cluster}-administrator"
        key = _private_key(name, pulumi.ResourceOptions(parent=self))
        request = tls.CertRequest(
            name,
            private_key_pem=key.private_key_pem,
            subject=tls.CertRequestSubjectArgs(
                common_name=administrator.common_name, organization=administrator.organization
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        certificate = tls.LocallySignedCert(
            name,
            cert_request_pem=request.cert_request_pem,
            ca_cert_pem=authority.certificate,
            ca_private_key_pem=authority.key,
            allowed_uses=CLIENT_USES,
            validity_period_hours=administrator.days * HOURS_PER_DAY,
            early_renewal_hours=administrator.renewed_days_before * HOURS_PER_DAY,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return KeyPair(key=key.private_key_pem, certificate=certificate.cert_pem)

    def _encryption_key(self, cluster: str) -> pulumi.Output[str]:
        """The key of the Secrets at rest: without it nothing that is encrypted can be read again."""
        key = random.RandomPassword(
            f"{cluster}-encryption", length=ENCRYPTION_KEY_LENGTH, special=False, opts=self._protected()
        )
        return key.result

    def _protected(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, protect=True)


def _private_key(name: str, opts: pulumi.ResourceOptions) -> tls.PrivateKey:
    return tls.PrivateKey(name, algorithm=KEY_ALGORITHM, ecdsa_curve=KEY_CURVE, opts=opts)


def _file(pem: pulumi.Output[str]) -> pulumi.Output[str]:
    """Marked here too: an output that is still unknown does not carry the provider's mark."""
    return pulumi.Output.secret(pem.apply(in_one_line))
