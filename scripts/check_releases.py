"""Checks of how the service is released and run elsewhere: workflows, the systemd unit, manifests for Kubernetes."""

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import dist
import tools
from check_deploy import checker, read_yaml

ROOT = tools.ROOT
WORKFLOWS = ROOT / ".github" / "workflows"
UNIT = ROOT / "deploy" / "systemd" / "rondo.service"
# Of 100, where less is better; `systemd-analyze security` calls up to 19 fine.
MOST_EXPOSED = 15
# The newest version of Kubernetes whose schemas the checker carries; manifests are of stable kinds only.
KUBERNETES = "1.37"
# What a Knative service has beyond a pod's own fields.
KNATIVE_FIELDS = {"containerConcurrency", "timeoutSeconds", "responseStartTimeoutSeconds", "idleTimeoutSeconds"}


def workflows() -> None:
    """actionlint finds nothing in the workflows, and each `make` target that they call is there."""
    files = sorted(WORKFLOWS.glob("*.yml"))
    tools.run([checker("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", *files])
    tools.run([checker("actionlint"), f"-shellcheck={checker('shellcheck')}", *files])
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    wrong, called = [], 0
    for file in files:
        for line in commands(read_yaml(file)):
            for call in re.findall(r"(?:^|[;&|]\s*)make\s+([^;&|\n]*)", line):
                # A variable, or an option, is no target.
                names = [word for word in call.split() if re.fullmatch(r"[a-z]+", word)]
                called += len(names)
                wrong += [f"{file.name} calls `make {name}`, which is not there" for name in names if name not in targets]
        wrong += permissions(file)
    if not called:
        wrong.append("no workflow calls make: are they still read rightly?")
    if wrong:
        raise SystemExit("\n".join(wrong))


def commands(workflow: dict) -> list[str]:
    steps = [step for job in workflow["jobs"].values() for step in job.get("steps", [])]
    return [line.strip() for step in steps for line in step.get("run", "").splitlines()]


def permissions(file: Path) -> list[str]:
    """By default a workflow may read; a job that may write says so by name."""
    workflow = read_yaml(file)
    wrong = []
    if workflow.get("permissions") != {"contents": "read"}:
        wrong.append(f"{file.name} does not begin with permissions: contents: read")
    for name, job in workflow["jobs"].items():
        if not isinstance(job.get("permissions", {}), dict):
            wrong.append(f"{file.name}, {name}: permissions are not named one by one")
        if "steps" in job and "timeout-minutes" not in job:
            wrong.append(f"{file.name}, {name}: has no timeout-minutes")
    return wrong


def archive() -> None:
    """The pages in a release's archive link to nothing outside it."""
    if dead := dist.dead_links():
        raise SystemExit("\n".join(dead))


def systemd() -> None:
    """systemd understands every line of the units, and calls their sandboxes good ones."""
    program = tools.system_package("systemd", "systemd-analyze")
    with tempfile.TemporaryDirectory(prefix="rondo-unit-") as temporary:
        for file in sorted(UNIT.parent.glob("rondo*")):
            unit = Path(temporary) / file.name
            text = file.read_text()
            if unit.suffix == ".service" and "ExecStart=/usr/local/bin/rondo " not in text:
                raise SystemExit(f"{unit.name} does not start /usr/local/bin/rondo")
            # Any program that is there; ours need not be installed here.
            unit.write_text(text.replace("/usr/local/bin/rondo ", f"{shutil.which('true')} "))
            if unit.suffix == ".service":
                drop_in = Path(temporary) / f"{unit.name}.d" / "secrets.conf"
                drop_in.parent.mkdir()
                drop_in.write_text(every_secret())
        for unit in sorted(path for path in Path(temporary).iterdir() if path.is_file()):
            # What it does not understand it says, and succeeds.
            verified = subprocess.run([program, "verify", "--man=no", unit], capture_output=True, text=True)
            if verified.returncode or verified.stderr.strip():
                raise SystemExit(f"systemd-analyze verify: {verified.stderr.strip()}")
            if unit.suffix != ".service":
                continue
            command = [program, "security", "--no-pager", "--offline=true", f"--threshold={MOST_EXPOSED}", unit]
            rated = subprocess.run(command, capture_output=True, text=True)
            print(rated.stdout.strip().splitlines()[-1] if rated.stdout.strip() else rated.stderr.strip())
            if rated.returncode:
                raise SystemExit(f"{rated.stdout}{rated.stderr}")
    text = UNIT.read_text()
    stop = int(re.search(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)[1])
    if stop < 5 + stop_seconds():
        raise SystemExit(f"TimeoutStopSec={stop} is less than a stop takes")


def every_secret() -> str:
    """deploy/systemd/secrets.conf with all that it offers taken: each file is handed over, and then named."""
    text = re.sub(r"^#(?=\w+=)", "", (UNIT.parent / "secrets.conf").read_text(), flags=re.MULTILINE)
    handed = dict(re.findall(r"^LoadCredential=(\w+):(/etc/rondo/\w+)$", text, re.MULTILINE))
    named = re.findall(r"^Environment=\w+_FILE=%d/(\w+)$", text, re.MULTILINE)
    if not named or list(handed) != named or any(path != f"/etc/rondo/{name}" for name, path in handed.items()):
        raise SystemExit(f"secrets.conf hands over {handed}, and names {named}")
    return text


def stop_seconds() -> int:
    """What a stop takes after drain_seconds, at most: the hand-over, what is under way, and closing the database."""
    source = "".join((ROOT / "src" / path).read_text() for path in ("http/context.rs", "app/serving.rs"))
    constants = ["HAND_OVER: Duration = Duration::from_secs\\(", "GRACE_SECONDS: u32 = ", "MERCY_SECONDS: u32 = "]
    return sum(int(re.search(rf"^const {name}(\d+)", source, re.MULTILINE)[1]) for name in constants) + CLOSING_SECONDS


CLOSING_SECONDS = 3


def kubernetes() -> None:
    """The manifests fit the schemas of Kubernetes, strictly, and what belongs together fits."""
    folder = ROOT / "deploy" / "kubernetes"
    files = sorted(folder.glob("*.yaml"))
    validate = [checker("kubernetes-validate"), "--kubernetes-version", KUBERNETES, "--strict"]
    tools.run([*validate, *files])
    documents = {document["kind"]: document for document in map(read_yaml, files)}
    service = read_yaml(ROOT / "deploy" / "knative" / "service.yaml")
    with tempfile.TemporaryDirectory(prefix="rondo-knative-") as temporary:
        # There is no schema of Knative's to be had, but within it stands a pod.
        pod = Path(temporary) / "knative-pod.yaml"
        pod.write_text(json.dumps(pod_of(service)))
        tools.run([*validate, pod])
    wrong = knative(service)
    deployment = documents["Deployment"]["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    for name, selector in {
        "Deployment": deployment["selector"]["matchLabels"],
        "Service": documents["Service"]["spec"]["selector"],
        "PodDisruptionBudget": documents["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
    }.items():
        if not selector.items() <= labels.items():
            wrong.append(f"{name}: selects {selector}, and pods have {labels}")
    if documents["PodDisruptionBudget"]["spec"]["minAvailable"] >= deployment["replicas"]:
        wrong.append("PodDisruptionBudget: no node could ever be emptied")
    spec = deployment["template"]["spec"]
    variables = {item["name"]: item.get("value") for item in spec["containers"][0]["env"]}
    drain = int(variables["RONDO_DRAIN_SECONDS"])
    if spec["terminationGracePeriodSeconds"] < drain + stop_seconds():
        wrong.append("Deployment: terminationGracePeriodSeconds is less than a stop takes")
    for name, pods in {"Deployment": spec, "Knative": service["spec"]["template"]["spec"]}.items():
        wrong += [f"{name}: {text}" for text in pod_promises(pods)]
    if wrong:
        raise SystemExit("\n".join(wrong))


def pod_of(service: dict) -> dict:
    """The pod that stands in a Knative service."""
    spec = {name: value for name, value in service["spec"]["template"]["spec"].items() if name not in KNATIVE_FIELDS}
    containers = []
    for container in spec["containers"]:
        # Knative names the container itself, and asks the one port, if nobody says otherwise.
        port = container["ports"][0]["containerPort"]
        probes = {
            name: {**container[name], "httpGet": {"port": port, **container[name]["httpGet"]}}
            for name in ("livenessProbe", "readinessProbe")
        }
        containers.append({"name": "user-container", **container, **probes})
    spec["containers"] = containers
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "knative"}, "spec": spec}


def knative(service: dict) -> list[str]:
    """What Knative refuses in a pod that Kubernetes takes, and what the program needs of it."""
    wrong = []
    if (service["apiVersion"], service["kind"]) != ("serving.knative.dev/v1", "Service"):
        wrong.append("is no serving.knative.dev/v1 Service")
    template = service["spec"]["template"]["spec"]
    allowed = KNATIVE_FIELDS | {"containers", "volumes", "enableServiceLinks", "serviceAccountName", "imagePullSecrets"}
    wrong += [f"Knative takes no {name} in a pod" for name in template if name not in allowed]
    for container in template["containers"]:
        if len(container["ports"]) != 1:
            wrong.append("Knative takes one port")
        # It sets this one itself, and refuses a manifest that does.
        wrong += [f"{item['name']} is set by Knative" for item in container["env"] if item["name"] == "PORT"]
    wrong += [f"Knative takes no volume of {set(volume) - {'name'}}" for volume in template["volumes"]
              if not {"secret", "configMap", "projected", "emptyDir"} & set(volume)]  # fmt: skip
    return [f"Knative: {text}" for text in wrong]


def pod_promises(spec: dict) -> list[str]:
    """What each pod keeps to: nothing of the cluster, no rights, no secret in the manifest, nothing written."""
    wrong = []
    if spec.get("enableServiceLinks") is not False:
        wrong.append("lacks enableServiceLinks: false")
    volumes = {volume["name"] for volume in spec.get("volumes", [])}
    for container in spec["containers"]:
        context = container.get("securityContext", {})
        for name, value in {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }.items():
            if context.get(name) != value:
                wrong.append(f"lacks {name}: {value}")
        mounts = container.get("volumeMounts", [])
        wrong += [f"mounts {mount['name']}, which is no volume" for mount in mounts if mount["name"] not in volumes]
        for item in container["env"]:
            if "value" in item and item["name"] in ("SECRET", "DB", "SECRET_PREVIOUS"):
                wrong.append(f"has the value of {item['name']}")
            is_file = item["name"].endswith("_FILE")
            if is_file and not any(item["value"].startswith(f"{mount['mountPath']}/") for mount in mounts):
                wrong.append(f"{item['name']} is in no mounted folder")
        for probe in ("livenessProbe", "readinessProbe"):
            path = {"livenessProbe": "/healthz", "readinessProbe": "/readyz"}[probe]
            if container.get(probe, {}).get("httpGet", {}).get("path") != path:
                wrong.append(f"{probe} does not ask {path}")
    return wrong
