"""Checks of what the service is deployed with: compose files, the Dockerfile, nginx and shell scripts."""

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import tools

ROOT = tools.ROOT


def checker(name: str) -> Path:
    return tools.python_packages("check", tools.CHECK_PACKAGES) / name


def shell() -> None:
    """Shell scripts parse, and shellcheck finds nothing."""
    folders = ["deploy", "examples"]
    scripts = [*(path for folder in folders for path in sorted((ROOT / folder).rglob("*.sh"))), ROOT / ".ci" / "run"]
    for script in scripts:
        tools.run(["sh" if script.read_text().startswith("#!/bin/sh") else "bash", "-n", script])
    tools.run([checker("shellcheck"), *scripts])


def dockerfile() -> None:
    """hadolint finds nothing in the Dockerfile."""
    tools.run([checker("hadolint"), ROOT / "Dockerfile"])


def compose() -> None:
    """The compose files keep to the compose specification, and to what they promise."""
    files = [ROOT / "docker-compose.yml", ROOT / "docker-compose.prod.yml"]
    tools.run([checker("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", *files])
    wrong = []
    for file in files:
        production = file.name.endswith(".prod.yml")
        document = read_yaml(file)
        for name, service in document["services"].items():
            wrong += [f"{file.name}, {name}: {text}" for text in promises(name, service, document, production)]
        if production:
            wrong += instances(document)
            wrong += [f"{file.name}: {text}" for text in handed_over(document)]
    wrong += unknown_settings()
    if wrong:
        raise SystemExit("\n".join(wrong))


def secrets() -> None:
    """deploy/make-secrets.sh makes the files that docker-compose.prod.yml hands over, each for its owner alone."""
    with tempfile.TemporaryDirectory(prefix="rondo-secrets-") as temporary:
        folder = Path(temporary) / "secrets"
        tools.run([ROOT / "deploy" / "make-secrets.sh", "--out", folder], stdout=subprocess.DEVNULL)
        made = {file.name: file for file in folder.iterdir() if file.is_file()}
        wrong = [f"{name} is open to others" for name, file in made.items() if file.stat().st_mode & 0o077]
        # The one before is none, until the secret is turned.
        wrong += [f"{name} has {file.stat().st_size} bytes" for name, file in made.items()
                  if (file.stat().st_size == 0) != (name == "rondo_secret_previous")]  # fmt: skip
    document = read_yaml(ROOT / "docker-compose.prod.yml")
    files = {secret["file"].rpartition("/")[2] for secret in document["secrets"].values()}
    if files != made.keys():
        wrong.append(f"docker-compose.prod.yml has {sorted(files)}, made were {sorted(made)}")
    for name, service in document["services"].items():
        values = [str(value) for value in service.get("environment", {}).values()]
        mounts = {f"/run/secrets/{secret}" for secret in service.get("secrets", [])}
        unknown = {value for value in values if value.startswith("/run/secrets/")} - mounts
        wrong += [f"{name} names {value}, which is not mounted" for value in sorted(unknown)]
    if wrong:
        raise SystemExit("\n".join(wrong))


def instances(document: dict) -> list[str]:
    """nginx knows each instance of the service, and waits for it."""
    there = {name for name in document["services"] if re.fullmatch(r"rondo\d", name)}
    nginx = document["services"]["nginx"]
    upstream = (ROOT / "deploy" / "nginx" / "upstream.conf").read_text()
    known = {
        "deploy/nginx/upstream.conf": set(re.findall(r"^server (rondo\d):4000 ", upstream, re.MULTILINE)),
        "extra_hosts": set(nginx["extra_hosts"]),
        "depends_on": set(nginx["depends_on"]),
    }
    return [f"nginx: {place} has {sorted(names)}, there are {sorted(there)}" for place, names in known.items() if names != there]


def settings() -> set[str]:
    """The names of all settings, as src/config/layers.rs has them."""
    source = (ROOT / "src" / "config" / "layers.rs").read_text()
    table = re.search(r"const SETTINGS: .*? = \[\n(.*?)^\];", source, re.DOTALL | re.MULTILINE)
    return set(re.findall(r'^ +\("(\w+)", ', table[1], re.MULTILINE))


def handed_over(document: dict) -> list[str]:
    """Every setting can reach each instance by rondo.env, which wins over nothing of `environment`."""
    wrong = []
    for name, service in document["services"].items():
        if not re.fullmatch(r"rondo\d", name):
            continue
        if {"path": "./rondo.env", "required": False} not in service.get("env_file", []):
            wrong.append(f"{name} does not read rondo.env, so settings do not reach it")
        for variable, value in service["environment"].items():
            if "$" in str(value) and ":?" not in value:
                wrong.append(f"{name} takes {variable} from where compose is called, and rondo.env cannot set it")
    return wrong


def unknown_settings() -> list[str]:
    """The variables that stand in what the service is deployed with are settings, as far as they begin with RONDO_."""
    files = ["docker-compose.yml", "docker-compose.prod.yml", ".env.example", "Dockerfile"]
    paths = [ROOT / file for file in files] + [file for file in (ROOT / "deploy").rglob("*") if file.is_file()]
    known = {f"RONDO_{name.upper()}" for name in settings()}
    wrong = []
    for path in paths:
        # RONDO_UID is one of a script's own.
        used = set(re.findall(r"\bRONDO_[A-Z0-9_]+\b", path.read_text())) - {"RONDO_UID"}
        wrong += [f"{path.relative_to(ROOT)} has {name}, which is no setting" for name in sorted(used - known)
                  if not name.startswith("RONDO_PROVIDER_")]  # fmt: skip
    return wrong


def read_yaml(file: Path) -> dict:
    """The checkers bring a YAML reader; Python has none of its own."""
    script = "import json,sys,ruamel.yaml as y; json.dump(y.YAML(typ='safe').load(open(sys.argv[1])), sys.stdout)"
    result = subprocess.run([checker("python"), "-c", script, file], capture_output=True, text=True, check=True)
    return json.loads(result.stdout)


def promises(name: str, service: dict, document: dict, production: bool) -> list[str]:
    """What the schema cannot know."""
    wrong = []
    for mount in service.get("volumes", []):
        source = mount.split(":")[0]
        if source.startswith("./") and not (ROOT / source).exists():
            wrong.append(f"mounts {source}, which is not there")
        elif re.match(r"\w", source) and source not in document.get("volumes", {}):
            wrong.append(f"mounts the volume {source}, which is not declared")
    for secret in service.get("secrets", []):
        if secret not in document.get("secrets", {}):
            wrong.append(f"uses the secret {secret}, which is not declared")
    if not production:
        if any(not str(port).startswith("127.0.0.1:") for port in service.get("ports", [])):
            wrong.append("publishes a port beyond loopback")
        return wrong
    if "ports" in service and name != "nginx":
        wrong.append("publishes a port; only nginx does")
    named_secret = re.compile(r"(secret|password)(?!.*_file$)", re.IGNORECASE)
    if any(named_secret.search(key) for key in service.get("environment", {})):
        wrong.append("has a secret in its environment")
    for key, value in {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"]}.items():
        if service.get(key) != value:
            wrong.append(f"lacks {key}: {value}")
    if "restart" not in service:
        wrong.append("has no restart policy")
    return wrong


def nginx() -> str | None:
    """nginx accepts its configuration, with a certificate as deploy/make-cert.sh makes it."""
    if "nginx" in tools.skipped():
        return "nginx's configuration (TEST_SKIP)"
    program = tools.nginx()
    with tempfile.TemporaryDirectory(prefix="rondo-nginx-") as temporary:
        folder = Path(temporary)
        shutil.copytree(ROOT / "deploy" / "nginx", folder, dirs_exist_ok=True)
        tools.run([ROOT / "deploy" / "make-cert.sh", "--out", folder / "certs", "localhost", "127.0.0.1"])
        # The names of the instances are known inside the containers only.
        upstream = folder / "upstream.conf"
        upstream.write_text(re.sub(r"\brondo\d:", "127.0.0.1:", upstream.read_text()))
        main = folder / "nginx.conf"
        main.write_text(main.read_text().replace("/tmp/nginx.pid", f"{folder}/nginx.pid"))
        tools.run([program, "-t", "-q", "-p", folder, "-c", main, "-e", "stderr"])
    return None
