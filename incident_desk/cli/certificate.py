"""``incident-desk certificate``: an office authority and a server certificate for a closed network."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import click
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from incident_desk.cli import BadInput

AUTHORITY_DAYS = 3650
SERVER_DAYS = 397  # the longest that phones still trust

TRUST = """\
Give {authority} to every phone and screen that uses the desk:
  Android: Settings > Security > Install a certificate > CA certificate.
  iPhone: open the file, install the profile, then Settings > General > About > Certificate Trust Settings.
  Windows: open the file, Install Certificate, Local Machine, Trusted Root Certification Authorities.
  Linux: copy it to /usr/local/share/ca-certificates/ and run update-ca-certificates.
Then: incident-desk serve --cert {cert} --key {key}
"""


@click.command()
@click.option("--host", "hosts", multiple=True, required=True, help="Host name or address; may be given again.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("certificates"))
def certificate(hosts: tuple[str, ...], out: Path) -> None:
    """Make an office authority (once) and a server certificate for the HOSTs, and say how a phone trusts it."""
    for host in hosts:
        if not host or (any(sign in host for sign in " /:@") and not _is_address(host)):
            raise BadInput(f"--host must be a name or an address, not {host!r}")
    out.mkdir(parents=True, exist_ok=True)
    authority_key, authority = _authority(out)
    key = ec.generate_private_key(ec.SECP256R1())
    server = _server_certificate(hosts, key, authority, authority_key)
    _write_key(out / "server.key", key)
    chain = server.public_bytes(serialization.Encoding.PEM) + authority.public_bytes(serialization.Encoding.PEM)
    (out / "server.crt").write_bytes(chain)
    click.echo(TRUST.format(authority=out / "office-authority.crt", cert=out / "server.crt", key=out / "server.key"))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _authority(out: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """The office's authority: made the first time, used again afterwards."""
    key_file, cert_file = out / "office-authority.key", out / "office-authority.crt"
    if key_file.exists() and cert_file.exists():
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key, x509.load_pem_x509_certificate(cert_file.read_bytes())
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Incident Desk office authority")])
    builder = _builder(name, name, key.public_key(), AUTHORITY_DAYS)
    made = (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_file, key)
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return key, made


def _server_certificate(
    hosts: tuple[str, ...],
    key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    names: list[x509.GeneralName] = [
        x509.IPAddress(ip_address(host)) if _is_address(host) else x509.DNSName(host) for host in hosts
    ]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0][:64])])
    return (
        _builder(subject, authority.subject, key.public_key(), SERVER_DAYS)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
