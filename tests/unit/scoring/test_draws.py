"""Counted random numbers: the same one at a time and in bulk, even, and unrelated."""

import numpy as np

from scoring.adaptive import draws


def test_uniforms_are_the_uniform_of_each() -> None:
    seeds = [0, 1, -5, 2**63, 2**64 + 7, 10**30]

    found = draws.uniforms(draws.words(seeds)[:, None], draws.NOISE, 3, np.arange(4))

    assert found.tolist() == [[draws.uniform(seed, draws.NOISE, 3, part) for part in range(4)] for seed in seeds]


def test_uniforms_are_even_whatever_is_counted() -> None:
    seeds, counts = draws.words(range(20_000)), np.arange(20_000)
    kinds = {
        "seeds": draws.uniforms(seeds, draws.ITEM),
        "places": draws.uniforms(draws.words([7]), draws.ITEM, counts),
        "parts": draws.uniforms(draws.words([7]), draws.ITEM, 0, counts),
    }

    for numbers in kinds.values():
        shares = np.histogram(numbers, bins=20, range=(0, 1))[0] / 20_000
        assert abs(numbers.mean() - 0.5) < 0.01
        assert (abs(shares - 0.05) < 0.006).all()
        assert abs(np.corrcoef(numbers[:-1], numbers[1:])[0, 1]) < 0.03


def test_streams_are_unrelated() -> None:
    seeds = draws.words(range(20_000))

    one, other = draws.uniforms(seeds, draws.ITEM, 1), draws.uniforms(seeds, draws.ANSWER, 1)

    assert abs(np.corrcoef(one, other)[0, 1]) < 0.03
