"""The program's icon in the forms that desktops want, all drawn from one SVG: PNG, ICO, ICNS."""

from __future__ import annotations

import os
import struct
from pathlib import Path

from installers import facts

SOURCE = facts.REPOSITORY / "resources" / "icons" / "app.svg"
PNG_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
ICNS_KINDS = {b"icp4": 16, b"icp5": 32, b"icp6": 64, b"ic07": 128, b"ic08": 256, b"ic09": 512, b"ic10": 1024}


def png(size: int) -> bytes:
    """Return the icon as a PNG of ``size`` pixels."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QBuffer, QIODevice, QRectF
    from PySide6.QtGui import QImage, QImageWriter, QPainter
    from PySide6.QtSvg import QSvgRenderer

    picture = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(0)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(str(SOURCE)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"PNG").write(picture)
    return bytes(buffer.data().data())


def ico() -> bytes:
    """Return the icon for Windows: PNGs in an ICO container, which it reads since Vista."""
    pictures = [png(size) for size in ICO_SIZES]
    offset = 6 + 16 * len(pictures)
    head, body = struct.pack("<HHH", 0, 1, len(pictures)), b""
    for size, content in zip(ICO_SIZES, pictures, strict=True):
        side = size % 256  # 0 means 256
        head += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(content), offset + len(body))
        body += content
    return head + body


def icns() -> bytes:
    """Return the icon for macOS: PNGs in an ICNS container."""
    parts = b""
    for kind, size in ICNS_KINDS.items():
        content = png(size)
        parts += kind + struct.pack(">I", 8 + len(content)) + content
    return b"icns" + struct.pack(">I", 8 + len(parts)) + parts


def system_icon(platform: str, folder: Path) -> str | None:
    """Write the icon that PyInstaller wants on ``platform`` to ``folder``; None where programs carry none."""
    made = {"win32": ("ico", ico), "darwin": ("icns", icns)}.get(platform)
    if made is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{facts.COMMAND}.{made[0]}"
    path.write_bytes(made[1]())
    return str(path)
