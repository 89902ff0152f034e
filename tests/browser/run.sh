#!/bin/sh
# Opens the HTML reports in WELLPROOF_REPORT_DIR in headless Chromium and checks what a reader relies on.
# Without that variable, in the made-up reports of crates/report. What is printed is read back by WELLPROOF_READ_REVIEW, an example of
# crates/review.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${WELLPROOF_REPORT_DIR:-}" ]; then
    WELLPROOF_REPORT_DIR=$(mktemp -d)
    export WELLPROOF_REPORT_DIR
    trap 'rm -r "$WELLPROOF_REPORT_DIR"' EXIT
    (cd "$here/../.." && cargo run --quiet --package wellproof-report --example sample_report -- "$WELLPROOF_REPORT_DIR")
fi
if [ -z "${WELLPROOF_READ_REVIEW:-}" ]; then
    (cd "$here/../.." && cargo build --quiet --package wellproof-review --example read_review)
    WELLPROOF_READ_REVIEW=${CARGO_TARGET_DIR:-$here/../../target}/debug/examples/read_review
    export WELLPROOF_READ_REVIEW
fi
cd "$here"
[ -d node_modules/playwright-core ] && [ -d node_modules/axe-core ] || npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
npm test --silent
