"""docs/deploy is true: its files name commands, keys, paths and routes that exist, and shut what they say they shut."""

import re
import shutil
import subprocess
import tomllib
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.app import App
from adapters.config import Config, load
from adapters.web.app import create_app
from tests.unit.test_docs import COMMANDS, config_keys

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "docs" / "deploy"
README = (DEPLOY / "README.md").read_text(encoding="utf-8")
CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
UNIT = (DEPLOY / "calendula.service").read_text(encoding="utf-8")
SCRIPTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]


def unit(key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", UNIT, re.MULTILINE)


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def test_the_unit_starts_a_command_that_exists() -> None:
    ((program, word),) = (line.split() for line in unit("ExecStart"))
    assert Path(program).name in SCRIPTS
    assert word in COMMANDS
    assert str(Path(program).parents[1]) in README
    assert unit("Environment") == ["CALENDULA_CONFIG=/etc/calendula/calendula.toml"]


def test_systemd_understands_every_line_of_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed here")
    copy = tmp_path / "calendula.service"
    copy.write_text(UNIT.replace("/opt/calendula/bin/calendula", "/bin/true"), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False
    )
    assert "calendula.service" not in done.stderr + done.stdout
    assert done.returncode == 0


def test_the_unit_shuts_what_the_service_does_not_need() -> None:
    for key, value in {
        "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
        "PrivateDevices": "yes", "CapabilityBoundingSet": "", "UMask": "0077", "StateDirectoryMode": "0700",
        "User": "calendula", "SystemCallArchitectures": "native",
    }.items():  # fmt: skip
        assert unit(key) == [value], key


def test_the_image_is_made_of_what_is_there_and_runs_as_nobody_special() -> None:
    for line in re.findall(r"^COPY (?!--from)(.*)$", CONTAINERFILE, re.MULTILINE):
        *sources, _ = line.split()
        assert all((ROOT / source).exists() for source in sources), line
    (user,) = re.findall(r"^USER (\d+):\d+$", CONTAINERFILE, re.MULTILINE)
    assert int(user) > 0
    assert re.findall(r'^ENTRYPOINT \["(\w+)"\]$', CONTAINERFILE, re.MULTILINE)[0] in SCRIPTS
    assert re.findall(r'^CMD \["(\w+)"\]$', CONTAINERFILE, re.MULTILINE)[0] in COMMANDS
    assert CONTAINERFILE.rindex("USER ") > CONTAINERFILE.rindex("RUN ")
    assert not re.search(r"password|secret|token", CONTAINERFILE, re.IGNORECASE)


def test_a_build_of_the_image_sees_only_what_it_copies() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if not line.startswith("#")]
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.*)$", CONTAINERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    }
    assert rules[0] == "*"
    assert {rule.removeprefix("!") for rule in rules if rule.startswith("!")} == copied


def test_the_image_asks_a_route_that_there_is_at_the_port_that_is_served() -> None:
    (port, path) = re.findall(r"http://127\.0\.0\.1:(\d+)(/\w+)", CONTAINERFILE)[0]
    config = Config()
    app = App(config=config, engine=None, sessions=None, box=None, clock=None, new_id=None)  # type: ignore[arg-type]
    assert path in create_app(app).openapi()["paths"]
    assert int(port) == config.web.port
    assert "CALENDULA_WEB__IN_RUN=true" in CONTAINERFILE, "what is not served cannot be asked"
    assert "web.in_run" in config_keys()
    assert f"EXPOSE {port}" in CONTAINERFILE


def test_compose_shuts_the_service_in_and_keeps_passwords_in_files(compose: Any) -> None:
    ours = compose["services"]["calendula"]
    assert (ROOT / "docs" / "deploy" / ours["build"]["context"] / ours["build"]["dockerfile"]).exists()
    assert ours["read_only"] is True
    assert ours["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in ours["security_opt"]
    assert all(port.startswith("127.0.0.1:") for port in ours["ports"])
    assert "ports" not in compose["services"]["database"]
    for service in compose["services"].values():
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
        passwords = {name: value for name, value in service["environment"].items() if "PASS" in name}
        assert all(
            name.endswith("FILE") and value.startswith("/run/secrets/") for name, value in passwords.items()
        )
    for one in compose["secrets"].values():
        assert f"> {one['file'].removeprefix('./')}" in README


def test_compose_sets_only_keys_that_exist(compose: Any) -> None:
    names = [
        name for name in compose["services"]["calendula"]["environment"] if name.startswith("CALENDULA_")
    ]
    assert names
    keys = {f"CALENDULA_{key.replace('.', '__').upper()}" for key in config_keys()}
    assert set(names) <= keys


def test_compose_believes_the_gateway_of_its_network_and_nobody_else(
    compose: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in compose["services"]["calendula"]["environment"].items():
        monkeypatch.setenv(name, value)
    (tmp_path / "calendula.toml").write_text("", encoding="utf-8")
    ((network,),) = (one["ipam"]["config"] for one in compose["networks"].values() if one and "ipam" in one)
    assert load(tmp_path / "calendula.toml").web.trusted_proxies == (network["gateway"],)
    assert ip_address(network["gateway"]) in ip_network(network["subnet"])
    assert compose["networks"]["inside"] == {"internal": True}
    assert compose["services"]["database"]["networks"] == ["inside"]


def test_every_command_and_file_of_the_readme_exists() -> None:
    blocks = re.findall(r"^    (?:\S*/bin/)?calendula (.+)$", README, re.MULTILINE)
    spoken = [" ".join(words.split()[:2]) for words in blocks]
    assert len(spoken) > 8
    for words in spoken:
        assert words in COMMANDS or words.split()[0] in COMMANDS, words
    for target in re.findall(r"\]\(([^)#]+)", README):
        assert (DEPLOY / target).resolve().exists(), target


def test_the_configuration_of_the_readme_is_understood(tmp_path: Path) -> None:
    (text,) = re.findall(r"((?:^    (?:\[\w+\]|\w+ = .*)\n){6,})", README, re.MULTILINE)
    file = tmp_path / "calendula.toml"
    file.write_text(re.sub(r"^    ", "", text, flags=re.MULTILINE), encoding="utf-8")
    config = load(file)
    assert config.secrets.key_file == "/var/lib/calendula/calendula.key"
    assert config.database.url == "sqlite:////var/lib/calendula/calendula.sqlite3"
    assert config.web.in_run
    state = unit("StateDirectory")[0]
    assert config.secrets.key_file.startswith(f"/var/lib/{state}/")


def test_the_proxy_writes_no_address_of_a_feed_into_its_log() -> None:
    (block,) = re.findall(r"location /feeds/ \{(.*?)\}", README, re.DOTALL)
    assert "access_log off;" in block
    assert "error_log /dev/null;" in block
    assert f":{Config().web.port};" in block
