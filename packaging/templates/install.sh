#!/bin/sh
# Installs PTXViewer for this user, without root and without a network; asks nothing.
#
#   ./install.sh                    into ~/.local
#   ./install.sh --prefix DIR       somewhere else (read-only homes: a folder of the site, run as its owner)
#   ./install.sh --uninstall        takes it away again; settings and reviews stay (see docs: where they lie)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
prefix="${HOME:-}/.local"
act=install
if [ "$(basename "$0")" = uninstall.sh ]; then # the copy that lies beside the installed program
  act=uninstall
  prefix=$(cd "$here/../.." && pwd)
fi
while [ $# -gt 0 ]; do
  case "$1" in
    --prefix) [ $# -gt 1 ] || { echo "--prefix needs a folder" >&2; exit 2; }; prefix=$2; shift ;;
    --uninstall) act=uninstall ;;
    -h|--help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "unknown: $1 (see --help)" >&2; exit 2 ;;
  esac
  shift
done
case "$prefix" in
  /*) ;;
  *) prefix="$(pwd)/$prefix" ;;
esac
case "$prefix" in
  *['"\`$%']*|*'
'*) echo "the folder's name holds a sign that desktop entries cannot" >&2; exit 2 ;;
esac
# The program goes to lib/: share/@COMMAND@ is where the app keeps the reader's reviews.
home="$prefix/lib/@COMMAND@"
share="$prefix/share"
list="$home/installed-files"

refresh() {
  has() { command -v "$1" >/dev/null 2>&1; }
  if has update-desktop-database; then update-desktop-database -q "$share/applications" 2>/dev/null || true; fi
  if has update-mime-database && [ -d "$share/mime/packages" ]; then update-mime-database "$share/mime" || true; fi
  if has gtk-update-icon-cache; then gtk-update-icon-cache -q -t -f "$share/icons/hicolor" 2>/dev/null || true; fi
}

remove() {
  if [ -f "$list" ]; then
    while IFS= read -r file; do rm -f "$prefix/$file"; done <"$list"
  fi
  rm -rf "$home"
}

if [ "$act" = uninstall ]; then
  [ -d "$home" ] || { echo "@COMMAND@ is not installed in $prefix" >&2; exit 1; }
  remove
  refresh
  # What refreshing has made of folders that hold nothing any more.
  if [ -d "$share/mime/packages" ] && [ -z "$(ls -A "$share/mime/packages")" ]; then rm -rf "$share/mime"; fi
  if [ -f "$share/applications/mimeinfo.cache" ] && ! ls "$share/applications/"*.desktop >/dev/null 2>&1; then
    rm -f "$share/applications/mimeinfo.cache"
  fi
  rm -f "$share/icons/hicolor/icon-theme.cache"
  find "$share" "$prefix/bin" "$prefix/lib" -depth -type d -empty -delete 2>/dev/null || true
  echo "removed from $prefix"
  exit 0
fi

[ -d "$here/app" ] || { echo "start install.sh inside the unpacked archive" >&2; exit 1; }
remove
mkdir -p "$home" "$prefix/bin"
cp -R "$here/app/." "$home/"
cp "$here/install.sh" "$home/uninstall.sh"
ln -sf "../lib/@COMMAND@/@COMMAND@" "$prefix/bin/@COMMAND@"
echo "bin/@COMMAND@" >"$list"
(cd "$here" && find share -type f) | while IFS= read -r file; do
  mkdir -p "$prefix/$(dirname "$file")"
  cp "$here/$file" "$prefix/$file"
  echo "$file" >>"$list"
done
entry="$share/applications/@COMMAND@.desktop"
escaped=$(printf '%s' "$home/@COMMAND@" | sed 's/[\\&|]/\\&/g')
sed "s|/@PROGRAM@|$escaped|" "$entry" >"$entry.part" && mv "$entry.part" "$entry"
refresh

if command -v ldd >/dev/null 2>&1; then
  missing=$(ldd "$home/_internal/PySide6/Qt/plugins/platforms/libqxcb.so" 2>/dev/null | awk '/not found/ {print $1}' | sort -u)
  if [ -n "$missing" ]; then
    echo "This system lacks libraries that the window needs; docs/install.md names their packages:" >&2
    echo "$missing" >&2
  fi
fi
echo "installed: $prefix/bin/@COMMAND@"
