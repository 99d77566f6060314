"""Golden values of two frozen trunks with adapters inside, in float64 PyTorch: ends, readouts, and the gradients of the adapters' weights.

idea:   the trunks of backbones_reference.py taken apart at the two places of each block, the adapters of adapters_reference.py between them:
        every pair of blocks has four, after its first and its second half and in both directions; gradients pass through the trunks.
not:    the repositories: written from their description. Pairs are named here by hand.
source: LAVisH arXiv:2212.07983 (one Swin for both streams), DG-SCT arXiv:2311.05152, AVMoE arXiv:2409.09424 (HTS-AT's blocks run whole)

Usage:  python inside_reference.py      writes inside/<case>.safetensors: in.*, w.*, out.*, g.*
        out.0, out.1: normed ends of both streams; out.2, out.3: their readouts; out.router.*: rows of every router where they are balanced
        g.*: of the sum of the mean squares of the first four, and of 0.01 of the load balance where there is one
"""
import pathlib
import torch
import adapters_reference as adapters
import backbones_reference as trunks
from adapters_reference import Weights, align, avmoe, balance, bottleneck, dgsct, fusion, router

HERE = pathlib.Path(__file__).resolve().parent / "inside"
B = 2
SWIN = {"kind": "swinv2", "image": 8, "patch": 2, "channels": 8, "depths": [1, 3], "heads": [1, 2], "window": 2}
SWIN_SHORT = {**SWIN, "depths": [1, 1]}
HTSAT = {"kind": "htsat", "spectrogram": 8, "mels": 4, "patch": 2, "channels": 4, "depths": [1, 1], "heads": [1, 2], "window": 2}
# blocks of stages 0 and 1 that have adapters: of three Swin blocks beside one of HTS-AT, the last
SPREAD = [[(0, 0)], [(2, 0)]]
EVEN = [[(0, 0)], [(0, 0)]]


class Under:
    """The weights below a name."""

    def __init__(self, weights, path):
        self.weights, self.path = weights, path

    def __call__(self, name, *sizes, **more):
        return self.weights(f"{self.path}.{name}", *sizes, **more)


class Trunk:
    """A frozen trunk, part by part."""

    def __init__(self, config, case, path):
        shapes = {"swinv2": trunks.swinv2_shapes, "htsat": trunks.htsat_shapes}[config["kind"]](config)
        self.config, self.path = config, path
        self.weights = {name: trunks.weight(f"{case}/{path}", name, size).double() for name, size in shapes.items()}
        self.side = config["spectrogram" if config["kind"] == "htsat" else "image"] // config["patch"]

    def patches(self, x):
        return {"swinv2": trunks.swinv2, "htsat": trunks.htsat}[self.config["kind"]](self.weights, self.config, x)["patches"]

    def merged(self, stage, x):
        """What stands between stage - 1 and stage."""
        p, y = self.weights, trunks.neighbours(x, self.side >> (stage - 1))
        if self.config["kind"] == "swinv2":
            return trunks.norm(p, f"layers.{stage}.downsample.norm", trunks.linear(p, f"layers.{stage}.downsample.reduction", y))
        return trunks.linear(p, f"layers.{stage - 1}.downsample.reduction", trunks.norm(p, f"layers.{stage - 1}.downsample.norm", y))

    def where(self, stage, block):
        grid = self.side >> stage
        return (grid, self.config["heads"][stage], *trunks.window_of(grid, self.config["window"], block), -100.0)

    def first(self, stage, block, x):
        at = f"layers.{stage}.blocks.{block}"
        if self.config["kind"] == "swinv2":
            return x + trunks.swinv2_attention(self.weights, at, x, *self.where(stage, block))
        return trunks.htsat_block(self.weights, at, x, *self.where(stage, block))

    def second(self, stage, block, x):
        return x + trunks.swinv2_mlp(self.weights, f"layers.{stage}.blocks.{block}", x) if self.config["kind"] == "swinv2" else x

    def norm(self, x):
        return trunks.norm(self.weights, "norm", x)


def joint(w, visual, audio, pairs, adapter, v, a):
    """Both streams through their trunks; `adapter(w, x, y)` gives what is added, and a row of attention or None."""
    rows, count = (None, None), 0
    for stage in range(2):
        if stage > 0:
            v, a = visual.merged(stage, v), audio.merged(stage, a)
        partners = dict(pairs[stage])
        heard = 0
        for block in range(visual.config["depths"][stage]):
            if block not in partners:
                v = visual.second(stage, block, visual.first(stage, block, v))
                continue
            other = partners[block]
            assert other == heard
            heard += 1
            if stage in adapter.skip:
                v, a = visual.second(stage, block, visual.first(stage, block, v)), audio.second(stage, other, audio.first(stage, other, a))
                continue
            at = f"adapters.{count}"
            count += 1
            for place, part in (("first", lambda t, b, x: t.first(stage, b, x)), ("second", lambda t, b, x: t.second(stage, b, x))):
                (rv, row_v), (ra, row_a) = adapter(Under(w, f"{at}.visual.{place}"), v, a), adapter(Under(w, f"{at}.audio.{place}"), a, v)
                v, a, rows = part(visual, block, v) + rv, part(audio, other, a) + ra, (row_v, row_a)
    return v, a, rows


OPTIONS = dict(before=True, norm=None, gate="after", groups=2, reduction=2)


class Lavish:
    skip = ()

    def __call__(self, w, x, y):
        return bottleneck(w, "bottleneck", fusion(w, "fusion", x, y), relu=True, **OPTIONS), None


class LavishAcross(Lavish):
    def __call__(self, w, x, y):
        return bottleneck(w, "bottleneck", fusion(w, "fusion", x, align(w, "align", y, x)), relu=True, **OPTIONS), None


class DgSct:
    skip = ()

    def __call__(self, w, x, y):
        return dgsct(w, x, y, 0.3, 0.05, relu=True, **OPTIONS)


class Avmoe:
    def __init__(self, skip):
        self.skip = skip

    def __call__(self, w, x, y):
        return avmoe(w, x, y, 1, 1, "none", **OPTIONS), None


class Gated(LavishAcross):
    """Gates of the visual stream alone: the released is_gate off."""

    def __call__(self, w, x, y):
        gate = "after" if ".visual." in w.path else "none"
        return bottleneck(w, "bottleneck", fusion(w, "fusion", x, align(w, "align", y, x)), relu=True, **{**OPTIONS, "gate": gate}), None


class Balanced(Avmoe):
    """Two experts of each kind, the uni-modal ones attending to themselves, and the rows of every router."""

    def __init__(self, skip):
        self.skip, self.rows = skip, {}

    def __call__(self, w, x, y):
        self.rows[w.path.removeprefix("adapters.")] = router(w, x, y, 4)
        return avmoe(w, x, y, 2, 2, "tokens", **OPTIONS), None


CASES = {
    "lavish-one": (SWIN_SHORT, None, EVEN, Lavish()),
    "lavish-two": (SWIN_SHORT, HTSAT, EVEN, LavishAcross()),
    "dg-sct-two": (SWIN, HTSAT, SPREAD, DgSct()),
    "avmoe-two-skip": (SWIN_SHORT, HTSAT, EVEN, Avmoe((1,))),
    "lavish-visual-gates": (SWIN_SHORT, HTSAT, EVEN, Gated()),
    "avmoe-balance": (SWIN_SHORT, HTSAT, EVEN, Balanced((1,))),
}


SALT = {"dg-sct-two": "6"}                                                   # a draw in which few gates are near 0


def main():
    for case, (swin, htsat, pairs, adapter) in CASES.items():
        w, inputs = Weights(), Weights()
        w.case, inputs.case = case + SALT.get(case, ""), case + " inputs "
        visual = Trunk(swin, case, "visual" if htsat else "trunk")
        audio = Trunk(htsat, case, "audio") if htsat else visual
        given = {"visual.pixels": inputs("visual.pixels", B, 3, 8, 8, scale=1.0).detach()}
        if htsat:
            given["audio.logmel"] = (-30 + 15 * inputs("audio.logmel", B, 1, 16, 4, scale=1.0)).float().double().detach()
        else:
            given["audio.pixels"] = inputs("audio.pixels", B, 3, 8, 8, scale=1.0).detach()
        v, a, rows = joint(w, visual, audio, pairs, adapter, *(t.patches(x) for t, x in zip((visual, audio), given.values())))
        ends = [visual.norm(v), audio.norm(a)]
        read = lambda x, row: x.mean(1) if row is None else (row[..., None] * x).sum(1)
        outs = [*ends, read(ends[0], rows[0]), read(a if htsat else ends[1], rows[1])]   # HTS-AT's own norm is not part of the readout
        for trunk in (visual, audio):
            w.update({f"{trunk.path}.{name}": t for name, t in trunk.weights.items()})
        rows = getattr(adapter, "rows", {})
        adapters.write(HERE, case, given, w, outs, 0.01 * sum(balance(p) for p in rows.values()), {f"router.{name}": p for name, p in rows.items()})


if __name__ == "__main__":
    main()
