"""How much a lead matters: a pure function, so that it can be tried without a host."""


def score(lead, config) -> int:
    """Points out of 100: for what the lead may be worth, where it came from, and whether it names a company."""
    points = 0
    if lead.amount is not None and lead.amount.minor >= config["amount"]:
        points += 50
    if lead.source in config["sources"]:
        points += 30
    if lead.company_name is not None:
        points += 20
    return points
