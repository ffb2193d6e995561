def test_pages(world, client, page, sign_in, app):
    import re
    sign_in(client, world.admin)
    for path in ["/sign-in", "/sign-in/once/abc", "/accounts", "/accounts/me", f"/accounts/{world.trainer.id}", f"/accounts/{world.trainer.id}/closure", "/assessments", f"/assessments/{world.assessment_id}", f"/groups/{world.group_id}", f"/groups/{world.group_id}/sheet", "/banks", "/banks/imports"]:
        p = page(path); print(path, len(p.html), p.text()[:600]); print()
    p = page("/banks")
    links = p.attributes("main a", "href")
    for l in links[:-1]:
        b = page(l)
        print(b.text()[:300])
        items = [x for x in b.attributes("main th a", "href")]
        for i in items:
            q = page(i)
        print(q.text()[:800])
