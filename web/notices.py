"""What a page says after a change: the redirect names it (`?notice=group-made`), the page shows its sentence."""

from storage.wording import N_

NOTICES = {
    "saved": N_("Saved."),
    "unchanged": N_("Nothing had to be changed."),
    "undone": N_("Undone. Everything stands as it did before."),
    "copied": N_("This is the copy. Change it as you like."),
    "sent-for-review": N_("Sent. Your colleagues find it under “Waiting for review”."),
    "published": N_("Published."),
    "signed-out": N_("You are signed out."),
}
