"""What wisheasy says."""

PAGES = {"/": "wisheasy: make a wish\n", "/health": "ok\n"}
