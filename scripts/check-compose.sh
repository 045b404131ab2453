#!/usr/bin/env bash
# Builds the image and brings docker-compose.yml up for real, on books made here (and some of CARREL_CORPUS):
# walks from the setup link to a scanned shelf over HTTP, looks at the walls around the containers, restarts
# everything and finds the data again. Needs a Docker engine, Compose 1.29 or 2, curl and Node.
#   scripts/check-compose.sh          SKIP_COMPOSE=1 skips it. NODE_IMAGE, NPM_REGISTRY and the proxy variables
#                                     (HTTPS_PROXY …) of the environment reach the build; see Dockerfile.
# Everything it starts has a project name of its own and is removed at the end; the build cache stays a day.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${SKIP_COMPOSE:-} == 1 ]]; then
  echo "Compose check skipped, because SKIP_COMPOSE=1."
  echo "0 passed, 0 failed"
  exit
fi
missing() {
  echo "The compose check needs $1 (SKIP_COMPOSE=1 skips it)."
  echo "0 passed, 1 failed"
  exit 1
}
for program in docker curl node; do command -v "$program" >/dev/null || missing "$program"; done
docker info >/dev/null 2>&1 || missing "a Docker engine, and none answers"
if docker compose version >/dev/null 2>&1; then compose_program=(docker compose); else compose_program=(docker-compose); fi
command -v "${compose_program[0]}" >/dev/null || missing "Docker Compose"

work=$(mktemp -d)
chmod 755 "$work"
mkdir -m 755 "$work/books"
project=carrelcheck$$
image=$project
port=$((20000 + RANDOM % 20000))
while (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
base=http://localhost:$port
password="a p@ss:w/rd#?%-$RANDOM$RANDOM"
unset APP_URL BETTER_AUTH_SECRET SIGN_UP TRUSTED_PROXIES LOG_LEVEL PORT BOOKS CARREL_IMAGE POSTGRES_IMAGE POSTGRES_PASSWORD
unset SMTP_HOST SMTP_PORT SMTP_SECURE SMTP_USER SMTP_PASSWORD SMTP_FROM COMPOSE_FILE COMPOSE_PROJECT_NAME
printf '%s\n' "POSTGRES_PASSWORD=$password" "PORT=$port" "BOOKS=$work/books" "CARREL_IMAGE=$image" >"$work/env"
compose() { "${compose_program[@]}" --project-name "$project" --env-file "$work/env" "$@"; }

passed=0 failed=0 finished=
finish() {
  [[ $finished ]] || { failed=$((failed + 1)); echo "FAIL  the check broke off here"; }
  if ((failed > 0)) && [[ -n $(docker ps --all --quiet --filter "label=com.docker.compose.project=$project") ]]; then
    echo "# the containers' last lines"
    compose logs --tail=60 2>&1 | tail -120 || true
  fi
  compose down --volumes --remove-orphans --timeout 15 >"$work/down.log" 2>&1 || { failed=$((failed + 1)); echo "FAIL  cleaning up"; tail -5 "$work/down.log"; }
  docker image rm "$image" >/dev/null 2>&1 || true
  docker image prune --force --filter label=org.carrel.stage --filter until=24h >/dev/null 2>&1 || true
  rm -rf "$work"
  echo "Took $SECONDS s."
  echo "$passed passed, $failed failed"
  ((failed == 0)) || exit 1
}
trap finish EXIT
trap 'exit 130' INT TERM

step() { printf '\n# %s (at %d s)\n' "$1" "$SECONDS"; }
# check WHAT COMMAND…: what the command says is shown when it fails.
check() {
  local what=$1 said
  shift
  if said=$("$@" 2>&1); then
    passed=$((passed + 1))
    echo "ok    $what"
  else
    failed=$((failed + 1))
    echo "FAIL  $what"
    [[ -z $said ]] || sed 's/^/      /' <<<"$said" | tail -20
    return 1
  fi
}
# What the rest rests on: without it, the end.
must() { check "$@" || { finished=1; exit 1; }; }
# One more look that goes on after a failure.
try() { check "$@" || true; }

equal() { [[ $1 == "$2" ]] || { printf 'expected: %s\ngot:      %s\n' "$2" "$1"; return 1; }; }
one_line_with() { [[ $(grep -c . <<<"$1") == 1 && $1 == *"$2"* ]] || { printf 'expected one line with %s, got:\n%s\n' "$2" "$1"; return 1; }; }
fails() { if "$@"; then echo "succeeded, but must not: $*"; return 1; fi; }
# until_true SECONDS COMMAND…
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || { echo "not within the time given; the last try:"; "$@" || true; return 1; }
    sleep 0.5
  done
}
ready() { curl -fsS --max-time 3 "$base/readyz"; }
# json EXPRESSION: of the JSON value `it` on standard input.
json() { node -e 'const it = JSON.parse(require("fs").readFileSync(0, "utf8")); const value = eval(process.argv[1]); console.log(typeof value === "string" ? value : JSON.stringify(value))' "$1"; }
workspace=
# api METHOD PATH [BODY]: as the person whose cookies are in the jar.
api() {
  curl -sS --fail-with-body --max-time 30 --cookie "$work/jar" --cookie-jar "$work/jar" --request "$1" \
    --header "origin: $base" --header 'content-type: application/json' ${workspace:+--header "x-carrel-organization: $workspace"} \
    ${3:+--data "$3"} "$base/$2"
}
status_of() { curl -sS --output /dev/null --write-out '%{http_code}' --max-time 10 "$@"; }
container() { compose ps --quiet "$1"; }
inspect() { docker inspect --format "$2" "$(container "$1")"; }
psql() { compose exec -T db psql --username=carrel --dbname=carrel --no-align --tuples-only --command="$1"; }
in_carrel() { compose exec -T carrel "$@"; }

step "The password"
says_what_is_missing() {
  : >"$work/empty"
  fails "${compose_program[@]}" --project-name "$project" --env-file "$work/empty" config >"$work/said" 2>&1 && grep -q 'POSTGRES_PASSWORD is missing' "$work/said" || { cat "$work/said"; return 1; }
}
try "without POSTGRES_PASSWORD, Compose says so" says_what_is_missing

step "The image"
arguments=()
for name in HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy; do [[ -z ${!name:-} ]] || arguments+=(--build-arg "$name=${!name}"); done
build() { compose build "${arguments[@]}" carrel >"$work/build.log" 2>&1 || { tail -40 "$work/build.log"; return 1; }; }
must "builds" build
size=$(docker image inspect --format '{{.Size}}' "$image")
base_size=$(docker image inspect --format '{{.Size}}' "${NODE_IMAGE:-node:24-bookworm-slim}" 2>/dev/null || echo 0)
echo "      $((size / 1000000)) MB, of which Node's image is $((base_size / 1000000)) MB"
try "runs as node" equal "$(docker image inspect --format '{{.Config.User}}' "$image")" node
alone=$(docker run --rm --read-only "$image" 2>&1) && status=0 || status=$?
try "alone, without DATABASE_URL, ends with a code of failure" equal "$((status > 0 && status < 125))" 1
try "and one line that names the setting" one_line_with "$alone" DATABASE_URL

step "The books"
make_books() {
  docker run --rm --interactive --user "$(id -u)" --volume "$PWD/packages/formats/src:/app/formats:ro" \
    --volume "$work/books:/books" "$image" node --input-type=module --disable-warning=ExperimentalWarning <<'END' || return 1
import { mkdirSync, writeFileSync } from 'node:fs'
import sharp from 'sharp'
import { buildEpub, truncatedEpub } from './formats/testing.ts'
const cover = (background) => sharp({ create: { width: 600, height: 900, channels: 3, background } }).jpeg().toBuffer()
mkdirSync('/books/日本語')
const books = {
  'plain.epub': { title: 'The Plain Book', creators: ['Ada Writer'], cover: await cover('#285577'), padding: 300_000 },
  '日本語/坊っちゃん.epub': { title: '坊っちゃん', creators: ['夏目 漱石'], language: 'ja', cover: await cover('#a33b2e') },
  "it's & odd.epub": { title: `"It's" <odd> & 100%`, identifier: null, language: null },
}
for (const [name, book] of Object.entries(books)) writeFileSync(`/books/${name}`, buildEpub({ identifier: `urn:carrel:${name}`, ...book }))
writeFileSync('/books/broken.epub', truncatedEpub(0.5))
END
  [[ -z ${CARREL_CORPUS:-} ]] || awk -F'\t' '$3 == "epub" && $4 == "valid" && $2 < 2000000 && ++n <= 5 { print $1 }' "$CARREL_CORPUS/index.tsv" |
    while read -r name; do cp "$CARREL_CORPUS/$name" "$work/books/"; done
  chmod -R a+rX "$work/books"
}
must "are made" make_books
files=$(find "$work/books" -name '*.epub' | wc -l)

step "Up"
up() { compose up --detach >"$work/up.log" 2>&1 || { tail -20 "$work/up.log"; return 1; }; }
must "starts" up
must "answers /readyz" until_true 90 ready
log=$(docker logs "$(container carrel)" 2>&1)
try "the log's link leads here" grep -q "$base/setup?code=" <<<"$log"
try "the log names no address of the inside" fails grep -E 'http://(172|192|10)\.' <<<"$log"
try "serves the web app" grep -qi '<div id=' <<<"$(curl -sS "$base/")"
try "serves the API's description" grep -q '"openapi"' <<<"$(curl -sS "$base/api/v1/openapi.json")"
try "serves the reference page's script" equal "$(status_of "$base/api/docs/swagger-ui-bundle.js")" 200

step "From setup to the shelf"
must "nobody has set it up yet" equal "$(api GET api/v1/setup | json it.needsSetup)" true
code=$(grep -oE 'setup\?code=[A-Z0-9-]+' <<<"$log" | head -1 | cut -d= -f2)
try "a wrong code makes no account" equal "$(status_of --header 'content-type: application/json' --data '{"code":"AAAAA-AAAAA","name":"M","email":"m@example.org","password":"correct horse"}' "$base/api/v1/setup/operator")" 403
must "the code of the log makes the operator" api POST api/v1/setup/operator "{\"code\":\"$code\",\"name\":\"Mika\",\"email\":\"mika@example.org\",\"password\":\"correct horse\"}"
must "who is signed in" equal "$(api GET api/v1/account | json it.user.email)" mika@example.org
organization=$(api POST api/v1/organizations '{"name":"Ashgrove Readers"}' | json it.id) || true
workspace=$organization
must "a workspace is made" equal "${#organization}" 36
library=$(api POST api/v1/libraries '{"name":"Novels","folders":["/books"]}' | json it.id) || true
must "a library on /books is made" equal "${#library}" 36
scanned() { [[ $(api GET "api/v1/libraries/$library" | json '`${it.scanning} ${it.scan?.status}`') == "false done" ]]; }
until_scanned() { until_true 90 scanned || { api GET "api/v1/libraries/$library"; return 1; }; }
must "the scan ends" until_scanned
try "all books but the broken one are there" equal "$(api GET "api/v1/libraries/$library" | json it.bookCount)" "$((files - 1))"
try "the broken one is listed with its reason" equal "$(api GET "api/v1/libraries/$library/problems" | json 'it.items.map((p) => p.path).join()')" broken.epub
books=$(api GET 'api/v1/books?sort=title&limit=100')
for title in 'The Plain Book' '坊っちゃん' "\"It's\" <odd> & 100%"; do
  try "title: $title" equal "$(json 'it.items.map((b) => b.title).join("\n")' <<<"$books" | grep -Fxc "$title")" 1
done
book=$(json 'it.items.find((b) => b.title === "The Plain Book").id' <<<"$books")
file=$(api GET "api/v1/books/$book" | json 'it.files[0].id')
width=$(grep -oE 'coverWidths = \[[0-9]+' packages/api/src -rh | head -1 | grep -oE '[0-9]+$' || echo 320)
cover=files/$organization/books/$book/cover/$width.webp
api GET "$cover" >"$work/cover" || true
try "its cover is a WebP picture" equal "$(head -c 4 "$work/cover")$(head -c 12 "$work/cover" | tail -c 4)" RIFFWEBP
api GET "files/$organization/files/$file" >"$work/copy" || true
try "its file comes byte for byte" cmp "$work/copy" "$work/books/plain.epub"
try "as nobody: the account is closed" equal "$(status_of "$base/api/v1/account")" 401
try "as nobody: books are closed" equal "$(status_of --header "x-carrel-organization: $organization" "$base/api/v1/books")" 401
try "as nobody: covers are closed" equal "$(status_of "$base/$cover")" 401
try "as nobody: files are closed" equal "$(status_of "$base/files/$organization/files/$file")" 401
try "a place is kept" api POST api/v1/reading/mark "{\"bookId\":\"$book\",\"status\":\"finished\"}"

step "The walls"
try "the process is not root's" equal "$(in_carrel id -u)" 1000
try "has no capabilities" equal "$(in_carrel sh -c 'grep -hE "^Cap(Prm|Eff|Bnd)" /proc/1/status | cut -f2 | sort -u')" 0000000000000000
try "can gain no privileges" equal "$(in_carrel sh -c 'grep NoNewPrivs /proc/1/status | cut -f2')" 1
try "cannot write the file system" fails in_carrel touch /app/probe
try "nor the books" fails in_carrel touch /books/probe
try "but its data" in_carrel sh -c 'touch /data/probe && rm /data/probe'
try "the database has no port outside" equal "$(inspect db '{{range .NetworkSettings.Ports}}{{if .}}open{{end}}{{end}}')" ""
privileged="select count(*) from pg_stat_activity a join pg_roles r on r.rolname = a.usename where a.application_name = 'carrel'"
try "the server is at the database" equal "$(( $(psql "$privileged") > 0 ))" 1
try "by no login that passes row policies" equal "$(psql "$privileged and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolname = 'carrel')")" 0
healthy() { [[ $(inspect carrel '{{.State.Health.Status}}') == healthy ]]; }
try "is healthy" until_true 60 healthy
other=$(PGPASSWORD=$password timeout 60 docker run --rm --network "${project}_default" --read-only --env PGPASSWORD --env DATABASE_URL=postgres://carrel@db/carrel \
  --env BETTER_AUTH_SECRET="another-secret-$RANDOM-0123456789-abcdefghij" "$image" 2>&1) && status=0 || status=$?
try "a replica with another secret ends with a code of failure" equal "$((status > 0 && status < 124))" 1
try "and one line that names the setting" one_line_with "$other" BETTER_AUTH_SECRET
other=$(timeout 60 docker run --rm --network "${project}_default" --read-only --env DATABASE_URL=postgres://carrel:wrong@db/carrel "$image" 2>&1) || true
try "a wrong password of the database gives one line" one_line_with "$other" DATABASE_URL
try "the first goes on" ready

step "Again"
remembers() {
  equal "$(api GET api/v1/account | json it.user.email)" mika@example.org &&
    equal "$(api GET "api/v1/libraries/$library" | json it.bookCount)" "$((files - 1))" &&
    equal "$(api GET "api/v1/books/$book" | json it.readingStatus)" finished &&
    api GET "$cover" | cmp - "$work/cover"
}
quietly() { "$@" >"$work/quiet.log" 2>&1 || { tail -20 "$work/quiet.log"; return 1; }; }
try "the database stops" quietly compose stop db
health_check=$(docker image inspect --format '{{json .Config.Healthcheck.Test}}' "$image" | json 'it.at(-1)')
try "the health check sees it" fails in_carrel node -e "$health_check"
try "the database starts" quietly compose start db
try "the server finds it again" until_true 60 ready
try "without having ended itself" equal "$(inspect carrel '{{.RestartCount}}')" 0
try "everything restarts" quietly compose restart
must "answers /readyz" until_true 90 ready
try "account, books, place and cover are there" remembers
began=$SECONDS
id=$(container carrel)
try "stops when asked to" quietly compose stop carrel
try "within 10 s" equal "$((SECONDS - began <= 10))" 1
try "with exit code 0" equal "$(docker inspect --format '{{.State.ExitCode}}' "$id")" 0
try "everything goes down" quietly compose down
must "and up" up
must "answers /readyz" until_true 90 ready
try "account, books, place and cover are there" remembers
rm -f "$work/jar"
try "the password opens it" api POST api/auth/sign-in/email '{"email":"mika@example.org","password":"correct horse"}'
try "to the same things" remembers

finished=1
