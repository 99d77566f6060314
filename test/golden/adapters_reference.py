"""Golden values of the rival adapters, in float64 PyTorch, written apart from the TypeScript: residuals, attention rows, gradients.

idea:   torch's own layers (conv1d with groups, batch_norm, layer_norm, MultiheadAttention) where the published models use them, so that
        grouping, statistics and heads are torch's meaning and not ours.
not:    the repositories of LAVisH, DG-SCT and AVMoE: written from their description.
source: LAVisH arXiv:2212.07983, DG-SCT arXiv:2311.05152, AVMoE arXiv:2409.09424; Mettle is inferred (see molt/adapters/mettle.ts).

Usage:  python adapters_reference.py      writes adapters/<case>.safetensors: in.*, w.*, out.*, g.* (gradients of Σ mean(out²))
"""
import pathlib, zlib
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent / "adapters"
B, N, M, K, G, I, O = 3, 5, 4, 3, 2, 6, 2   # channels D = G·I = 12, bottleneck R = G·O = 4
D, C, H = G * I, 10, 4


class Weights(dict):
    """Named weights, made when first asked for: the name seeds them."""

    def __call__(self, name, *sizes, scale=0.5):
        if name not in self:
            rng = np.random.default_rng(zlib.crc32((self.case + name).encode()))
            value = torch.from_numpy((rng.standard_normal(sizes) * scale).astype(np.float32)).double()
            self[name] = value.requires_grad_(True)
        return self[name]

    def given(self, name, size):
        """A statistic: no gradient; a variance is positive."""
        value = self(name, size).detach()
        self[name] = (value ** 2 + 0.1 if name.endswith(".variance") else value).float().double()
        return self[name]


def batch_norm(w, at, y, norm):
    """y [B,D,N]; norm: by the batch, as torch trains, or by given statistics, as it evaluates."""
    o = y.shape[1]
    weight, bias = w(f"{at}.weight", o), w(f"{at}.bias", o)
    if norm == "batch":
        return F.batch_norm(y, None, None, weight, bias, training=True)
    return F.batch_norm(y, w.given(f"{at}.mean", o), w.given(f"{at}.variance", o), weight, bias, training=False)


def bottleneck(w, at, x, before, relu, norm, gate, groups=G, reduction=I // O):
    """x [B,N,D]: LN, grouped conv down, BN, ReLU, grouped conv up, BN, LN and gate."""
    D = x.shape[-1]
    R = D // reduction
    if before:
        x = F.layer_norm(x, (D,), w(f"{at}.before.weight", D), w(f"{at}.before.bias", D))
    y = x.transpose(1, 2)                                                    # torch's convolutions want [B,D,N]
    y = F.conv1d(y, w(f"{at}.down", groups, R // groups, D // groups).reshape(R, D // groups, 1), groups=groups)
    if norm:
        y = batch_norm(w, f"{at}.norm1", y, norm)
    if relu:
        y = torch.relu(y)
    y = F.conv1d(y, w(f"{at}.up", groups, D // groups, R // groups).reshape(D, R // groups, 1), groups=groups)
    if norm:
        y = batch_norm(w, f"{at}.norm2", y, norm)
    y = y.transpose(1, 2)
    post = lambda v: F.layer_norm(v, (D,), w(f"{at}.post.weight", D), w(f"{at}.post.bias", D))
    g = w(f"{at}.gate", 1) if gate != "none" else 1.0
    return post(g * y) if gate == "before" else g * post(y)


def fusion(w, at, x, y):
    """LAVisH steps 1 and 2: no projections, no scaling."""
    p = w(f"{at}.tokens", K, x.shape[-1]).expand(len(x), -1, -1)
    p = p + torch.softmax(p @ y.transpose(1, 2), -1) @ y
    return x + w(f"{at}.open", 1) * (torch.softmax(x @ p.transpose(1, 2), -1) @ p)


def linear(w, at, x, o):
    return x @ w(f"{at}.weight", x.shape[-1], o) + w(f"{at}.bias", o)


def align(w, at, y, x):
    """To the tokens and channels of x: a 1x1 convolution over tokens as channels, then a linear map."""
    y = F.conv1d(y, w(f"{at}.tokens.weight", x.shape[1], y.shape[1]).unsqueeze(-1), w(f"{at}.tokens.bias", x.shape[1]))
    return linear(w, f"{at}.channels", y, x.shape[-1])


def resized(w, at, y, x):
    """The S4 model: the linear map first, then bicubic to the grid of x; the convolution is declared and not used."""
    w(f"{at}.tokens.weight", x.shape[1], y.shape[1]), w(f"{at}.tokens.bias", x.shape[1])
    y = linear(w, f"{at}.channels", y, x.shape[-1])
    side = lambda t: round(t.shape[1] ** 0.5)
    y = y.transpose(1, 2).reshape(len(y), -1, side(y), side(y))
    return F.interpolate(y, size=(side(x), side(x)), mode="bicubic", align_corners=False).flatten(2).transpose(1, 2)


def dgsct(w, x, y, alpha, beta, align=align, **options):
    D = x.shape[-1]
    y = align(w, "align", y, x)
    x = fusion(w, "fusion", x, y)
    a = y.mean(1)
    q = (torch.relu(linear(w, "gates.a1", a, D))[:, None] * torch.relu(linear(w, "gates.v1", x, D))).mean(1)
    mc = torch.sigmoid(linear(w, "gates.c", torch.relu(linear(w, "gates.b", q, D // 2)), D))[:, None]
    xc = x * (1 + mc)
    s = linear(w, "gates.s", torch.relu(linear(w, "gates.v2", xc, D // 2)) * torch.relu(linear(w, "gates.a2", a, D // 2))[:, None], 1)
    x = x * (alpha * mc + beta * torch.sigmoid(s) + 1 - alpha)
    w("unused", 1)
    return bottleneck(w, "bottleneck", x, **options), torch.softmax(torch.tanh(s.squeeze(-1)), -1)


def self_attention(w, at, x):
    """torch's multi-head attention over the first axis: the batch; what it gives takes the place of x."""
    D = x.shape[-1]
    q, k, v = (w(f"{at}.attention.{n}.weight", D, H, D // H).reshape(D, D).T for n in ("query", "key", "value"))
    bias = torch.cat([w(f"{at}.attention.{n}.bias", H, D // H).reshape(D) for n in ("query", "key", "value")])
    y, _ = F.multi_head_attention_forward(x, x, x, D, H, torch.cat([q, k, v]), bias, None, None, False, 0.0, w(f"{at}.attention.out.weight", H, D // H, D).reshape(D, D).T, w(f"{at}.attention.out.bias", D), training=False)
    return y


def avmoe(w, x, y, J, U, self_, **options):
    y = align(w, "align", y, x)
    h = torch.cat([x.mean(1), y.mean(1)], -1)
    h = torch.relu(linear(w, "router.first", h, 128))
    h = torch.relu(linear(w, "router.second", h, 32))
    p = torch.softmax(linear(w, "router.out", h, J + U), -1)
    outs = [bottleneck(w, f"cross.{j}.bottleneck", fusion(w, f"cross.{j}.fusion", x, y), relu=True, **options) for j in range(J)]
    for u in range(U):
        z = x if self_ == "none" else self_attention(w, f"own.{u}.self", x) if self_ == "batch" else fusion(w, f"own.{u}.self.fusion", x, x)
        outs.append(bottleneck(w, f"own.{u}.bottleneck", z, relu=False, **options))
    return sum(p[:, e, None, None] * o for e, o in enumerate(outs))


def router(w, x, y, experts):
    """How much of each expert: [B, E]. The same names as in avmoe."""
    y = align(w, "align", y, x)
    h = torch.cat([x.mean(1), y.mean(1)], -1)
    h = torch.relu(linear(w, "router.first", h, 128))
    return torch.softmax(linear(w, "router.out", torch.relu(linear(w, "router.second", h, 32)), experts), -1)


def balance(p):
    """torch's own divergence to what the released code takes for even shares: 1 over the length of the first axis of p's mean, which is 1."""
    mean = p.mean(0, keepdim=True)
    return F.kl_div(mean.log(), torch.full_like(mean, 1.0 / mean.size(0)), reduction="batchmean")


def lcd(w, f, project):
    """TD with W_O at half width, plus W f on the token axis, then the map to the last layer's channels."""
    width = 8
    heads = lambda t, n: torch.einsum("bnd,dhk->bhnk", t, w(f"{n}", f.shape[-1], 2, width // 2))
    z = w("lcd.tokens" if project else "tokens", K, f.shape[-1]).expand(len(f), K, f.shape[-1])
    at = "lcd." if project else ""
    y = F.scaled_dot_product_attention(heads(z, f"{at}td.query"), heads(f, f"{at}td.key"), heads(f, f"{at}td.value")).transpose(1, 2)
    z = torch.einsum("bzhk,hkd->bzd", y, w(f"{at}td.out", 2, width // 2, f.shape[-1])) + torch.einsum("zn,bnd->bzd", w(f"{at}mix", K, f.shape[1]), f)
    return linear(w, "project", z, C) if project else z


def mti(w, x, tv, ta):
    t = torch.cat([linear(w, "visual", tv, D), linear(w, "audio", ta, D)], 1)
    heads = lambda v, n: torch.einsum("bnd,dhk->bhnk", v, w(n, D, 3, 4))
    q = heads(F.layer_norm(x, (D,), w("norm.weight", D), w("norm.bias", D)), "query")
    y = F.scaled_dot_product_attention(q, heads(t, "key"), heads(t, "value")).transpose(1, 2)
    return x + w("open", 1) * torch.einsum("bnhk,hkd->bnd", y, w("out", 3, 4, D))


AVE = dict(before=True, norm="batch", gate="after")
AVS = dict(before=False, norm=None, gate="before")
OPEN = dict(before=True, norm=None, gate="none")                             # LAVisH's audio adapters where is_gate is off
AVQA = dict(before=True, norm=None, gate="after", groups=4)
CASES = {
    "lavish-ave": (dict(x=(B, N, D), y=(B, M, D)), lambda w, x, y: [bottleneck(w, "bottleneck", fusion(w, "fusion", x, y), relu=True, **AVE)]),
    "lavish-ave-given": (dict(x=(B, N, D), y=(B, M, D)), lambda w, x, y: [bottleneck(w, "bottleneck", fusion(w, "fusion", x, y), relu=True, **{**AVE, "norm": "given"})]),
    "lavish-avs": (dict(x=(B, N, D), y=(B, M, D)), lambda w, x, y: [bottleneck(w, "bottleneck", fusion(w, "fusion", x, y), relu=True, **AVS)]),
    "lavish-across": (dict(x=(B, N, D), y=(B, M, C)), lambda w, x, y: [bottleneck(w, "bottleneck", fusion(w, "fusion", x, align(w, "align", y, x)), relu=True, **OPEN)]),
    "lavish-avqa": (dict(x=(B, N, D), y=(B, M, D)), lambda w, x, y: [bottleneck(w, "bottleneck", fusion(w, "fusion", x, y), relu=True, **AVQA)]),
    "dg-sct-avqa": (dict(x=(B, N, D), y=(B, M, C)), lambda w, x, y: dgsct(w, x, y, 0.3, 0.05, relu=True, **AVQA)),
    "dg-sct-ave": (dict(x=(B, N, D), y=(B, M, C)), lambda w, x, y: dgsct(w, x, y, 0.3, 0.05, relu=True, **AVE)),
    "dg-sct-s4": (dict(x=(B, 9, D), y=(B, 16, C)), lambda w, x, y: dgsct(w, x, y, 0.3, 0.05, align=resized, relu=True, **AVS)),
    "dg-sct-ms3": (dict(x=(B, N, D), y=(B, M, C)), lambda w, x, y: dgsct(w, x, y, 0.2, 0.1, relu=True, **AVS)),
    "avmoe-ave": (dict(x=(B, N, D), y=(B, M, C)), lambda w, x, y: [avmoe(w, x, y, 1, 1, "none", **AVE)]),
    "avmoe-avqa": (dict(x=(B, N, D), y=(B, M, C)), lambda w, x, y: [avmoe(w, x, y, 1, 2, "none", **AVQA)]),
    "avmoe-2+2": (dict(x=(B, N, D), y=(B, M, C)), lambda w, x, y: [avmoe(w, x, y, 2, 2, "none", **AVE)]),
    "avmoe-s4": (dict(x=(B, N, D), y=(B, M, C)), lambda w, x, y: [avmoe(w, x, y, 1, 1, "batch", **AVS)]),
    "avmoe-ms3": (dict(x=(B, N, D), y=(B, M, C)), lambda w, x, y: [avmoe(w, x, y, 2, 2, "tokens", **AVS)]),
    "lavish-alone": (dict(x=(B, N, D), y=(B, M, C)), lambda w, x, y: [bottleneck(w, "bottleneck", x, relu=False, **AVE)]),
    "lavish-alone-relu": (dict(x=(B, N, D), y=(B, M, C)), lambda w, x, y: [bottleneck(w, "bottleneck", x, relu=True, **{**AVS, "before": True})]),
    "mettle-lcd": (dict(f=(B, N, D)), lambda w, f: [lcd(w, f, True)]),
    "mettle-last": (dict(f=(B, N, D)), lambda w, f: [lcd(w, f, False)]),
    "mettle-mti": (dict(x=(B, N, D), visual=(B, K, 7), audio=(B, 2, C)), lambda w, x, visual, audio: [mti(w, x, visual, audio)]),
}


def write(folder, case, given, w, outs, more=0, shown={}):
    """Inputs, weights, outputs and what else is shown, and the gradients of the sum of the outputs' mean squares and `more`."""
    trained = [n for n in w if w[n].requires_grad]
    loss = sum((o ** 2).mean() for o in outs) + more
    grads = dict(zip(trained, torch.autograd.grad(loss, [w[n] for n in trained], allow_unused=True)))
    tensors = {f"in.{n}": v for n, v in given.items()} | {f"w.{n}": v.detach() for n, v in w.items()} | {f"out.{i}": o.detach() for i, o in enumerate(outs)}
    tensors |= {f"out.{n}": o.detach() for n, o in shown.items()}
    tensors |= {f"g.{n}": torch.zeros_like(w[n]) if grads[n] is None else grads[n] for n in trained}
    folder.mkdir(exist_ok=True)
    save_file({n: t.float().contiguous() for n, t in tensors.items()}, folder / f"{case}.safetensors")
    print(case, [tuple(o.shape) for o in outs], loss.item())


SALT = {"avmoe-avqa": "2", "avmoe-2+2": "4", "dg-sct-avqa": "2"}  # where the first draw has gates so near 0 that little shows


def main():
    for case, (sizes, run) in CASES.items():
        w, inputs = Weights(), Weights()
        w.case, inputs.case = case + SALT.get(case, ""), case + " inputs "
        given = {name: inputs(name, *size, scale=1.0).detach() for name, size in sizes.items()}
        write(HERE, case, given, w, list(run(w, **given)))


if __name__ == "__main__":
    main()
