#!/usr/bin/env bash
# Builds the web site of the docs into artifacts/site: pages, samples, diagnostics, API reference, search.
#
#     build/docs-site.sh              builds it; a link that leads nowhere is an error
#     build/docs-site.sh --serve      and shows it at http://localhost:8080
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

serve=false
case "${1:-}" in
    "") ;;
    --serve) serve=true ;;
    *) echo "usage: build/docs-site.sh [--serve]" >&2; exit 2 ;;
esac

# The reference is made from these assemblies and their doc comments.
for project in Datasets DataViews Console Plots Mpi; do
    dotnet build "BayesGen.$project" -c Release --nologo -v quiet
done
dotnet tool restore
rm -rf artifacts/site build/site/api build/site/diagnostics

# The list of diagnostics beside their pages: a line for each, by its heading.
mkdir build/site/diagnostics
{
    echo "- { name: All diagnostics, href: ../../../docs/diagnostics/README.md }"
    for page in docs/diagnostics/BG*.md; do
        echo "- { name: \"$(sed -n '1s/^# //p' "$page" | tr -d '"`\\')\", href: ../../../$page }"
    done
} > build/site/diagnostics/toc.yml

dotnet docfx metadata build/site/docfx.json --logLevel warning
dotnet docfx build build/site/docfx.json --warningsAsErrors --logLevel warning
echo "The site is in artifacts/site; begin at index.html."
if $serve; then
    dotnet docfx serve artifacts/site
fi
