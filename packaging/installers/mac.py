"""What macOS needs to know of the app: the property list with its file type, entitlements, the signing identity."""

from __future__ import annotations

import os
import plistlib
from typing import Any

from installers import facts

IDENTITY = "PTXVIEWER_SIGNING_IDENTITY"  # "Developer ID Application: ..."; empty: the app is not signed
# torch and ctypes make code at run time; Python's extension modules are signed by others.
ENTITLEMENTS = {
    "com.apple.security.cs.allow-unsigned-executable-memory": True,
    "com.apple.security.cs.disable-library-validation": True,
}
OLDEST_SYSTEM = "12.0"


def info_plist() -> dict[str, Any]:
    """Return what stands in Info.plist beside PyInstaller's own keys.

    Rank "Alternate": the app appears under "Open With" and does not take films away from the hospital's viewer.
    """
    return {
        "CFBundleDisplayName": facts.NAME,
        "CFBundleShortVersionString": facts.version(),
        "CFBundleVersion": facts.version(),
        "LSApplicationCategoryType": "public.app-category.medical",
        "LSMinimumSystemVersion": OLDEST_SYSTEM,
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": f"{facts.PUBLISHER}, {facts.LICENCE}. {facts.RESEARCH_USE}",
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": facts.TYPE_NAME,
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": [facts.UTI],
                "CFBundleTypeExtensions": list(facts.EXTENSIONS),
                "CFBundleTypeMIMETypes": [facts.MIME, *facts.OTHER_MIMES],
            }
        ],
        # Imported, not exported: the type is not ours, and another program may know it as well.
        "UTImportedTypeDeclarations": [
            {
                "UTTypeIdentifier": facts.UTI,
                "UTTypeDescription": facts.TYPE_NAME,
                "UTTypeConformsTo": ["public.data", "public.image"],
                "UTTypeTagSpecification": {
                    "public.filename-extension": list(facts.EXTENSIONS),
                    "public.mime-type": facts.MIME,
                },
            }
        ],
    }


def identity() -> str | None:
    """Return who signs, None when nobody does."""
    return os.environ.get(IDENTITY) or None


def entitlements_file() -> str | None:
    """Write the entitlements where the app is signed; PyInstaller and codesign read them from a file."""
    if identity() is None:
        return None
    path = facts.BUILD / "entitlements.plist"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(plistlib.dumps(ENTITLEMENTS))
    return str(path)
