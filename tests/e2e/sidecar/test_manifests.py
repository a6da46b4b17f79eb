"""The manifests, validated with the schemas of Kubernetes and as a sidecar."""

import copy

import kubernetes_validate
import pytest
import yaml

from harness.frontends import DEPLOY

# The oldest version still supported anywhere, and the newest with schemas.
VERSIONS = ["1.30", kubernetes_validate.latest_version()]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_follows_its_schema(manifests, version):
    for manifest in manifests:
        kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_policy_for_prometheus_follows_its_schema(version):
    """The monitor beside it is the Prometheus operator's, of which Kubernetes has no schema."""
    policy, monitor = yaml.safe_load_all((DEPLOY / "kubernetes" / "prometheus.yaml").read_text())
    kubernetes_validate.validate(policy, version, strict=True)
    assert monitor["kind"] == "PodMonitor"


def test_the_schemas_find_a_misspelt_key(manifests):
    """Control: strict schemas refuse unknown fields."""
    wrong = copy.deepcopy(manifests[1])
    container = wrong["spec"]["template"]["spec"]["containers"][0]
    container["readinesProbe"] = container.pop("readinessProbe")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


def test_only_the_gateway_can_be_reached_and_may_do_little(manifests):
    by_kind = {manifest["kind"]: manifest for manifest in manifests}
    pod = by_kind["Deployment"]["spec"]["template"]["spec"]
    gateway, backend = pod["containers"]
    assert "ports" not in backend
    assert {"name": "SERVER_HOST", "value": "127.0.0.1"} in backend["env"]
    assert [port["targetPort"] for port in by_kind["Service"]["spec"]["ports"]] == ["http"]
    assert [port for rule in by_kind["NetworkPolicy"]["spec"]["ingress"] for port in rule["ports"]] == [{"port": "http"}]
    assert gateway["securityContext"]["readOnlyRootFilesystem"] is True
    assert gateway["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert gateway["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "management"}
    assert pod["automountServiceAccountToken"] is False
