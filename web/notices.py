"""What a page says after a change: the redirect names it (`?notice=group-made`), the page shows its sentence."""

from storage.wording import N_

NOTICES = {
    "saved": N_("Saved."),
    "signed-out": N_("You are signed out."),
}
