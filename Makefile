# The commands of everyday work; CI calls the same. What they do is in scripts/.

export PYTHONDONTWRITEBYTECODE = 1

.PHONY: help run test check fuzz bench frontend dist tools clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

run: ## run the service on http://127.0.0.1:4000
	cargo run

test: ## run all tests; a part by scripts/test.py --only rust|contract|frontend|browser, or with cargo test's filter
	@scripts/test.py

check: ## layout, lints, documentation and pages, licences, deployment files, the OpenAPI document, freshness of static/
	@scripts/check.py

fuzz: ## feed the fuzz targets of fuzz/, each for SECONDS (60)
	@scripts/fuzz.py --seconds $(or $(SECONDS),60)

bench: ## measure against the bare limits, on release builds; bench/run.py --write documents it
	@python3 bench/run.py

frontend: ## write docs/openapi.json, the types of it and static/
	@scripts/frontend.py

dist: ## build the release program for this machine's kind and pack it, into target/dist/
	@scripts/dist.py $(if $(DIST_VERSION),--version $(DIST_VERSION))

tools: ## install what tests and checks need, under target/tools/
	@scripts/tools.py

clean: ## remove what was built; data/ stays
	cargo clean
	rm -rf frontend/node_modules tests/browser/node_modules tests/provider/node_modules scripts/openapi-lint/node_modules
