"""Certificates, and secrets from elsewhere."""

from operations.doctor.catalogue.rule import Rule

SECRETS = {
    "AUTHORITY-ENDS": Rule(
        "An authority ends",
        "Who is called is trusted by the certificate of an authority; when that has ended nothing signed by it counts.",
    ),
    "CERTIFICATE-EXPIRED": Rule(
        "A certificate has expired",
        "Clients refuse a certificate after notAfter.",
    ),
    "CERTIFICATE-NOT-ISSUED": Rule(
        "A certificate is not issued",
        "cert-manager asks the issuer, and for ACME proves that the host is ours.",
    ),
    "CERTIFICATE-NOT-RENEWED": Rule(
        "A certificate was not renewed in time",
        "cert-manager renews at renewalTime, usually a month before the end.",
    ),
    "CERTIFICATE-REQUESTS-PENDING": Rule(
        "Requests for certificates wait",
        "A CertificateSigningRequest is signed when somebody approves it.",
    ),
    "ISSUER-NOT-READY": Rule(
        "An issuer issues nothing",
        "cert-manager uses an issuer only while it is Ready.",
    ),
    "SECRET-STORE-REFUSED": Rule(
        "A secret store refuses the cluster",
        "External Secrets signs in to its store with a token or role; without one Secrets stay as they are.",
    ),
    "SECRET-STORE-NOT-READY": Rule(
        "A secret store cannot be read",
        "External Secrets reads through its store; while that is not Ready, Secrets stay as they are.",
    ),
    "EXTERNAL-SECRET-FAILS": Rule(
        "A secret is not fetched",
        "An ExternalSecret fetches all of its keys or none.",
    ),
    "EXTERNAL-SECRETS-STALE": Rule(
        "Secrets are no longer refreshed",
        "External Secrets reads each secret again after its refreshInterval.",
    ),
    "VAULT-SEALED": Rule(
        "Vault is sealed",
        "Vault starts sealed, and answers nothing until enough keys unseal each of its pods.",
    ),
}
