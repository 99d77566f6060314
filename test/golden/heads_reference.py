"""Golden values of the task heads, in float64 PyTorch, written apart from the TypeScript: logits, losses, gradients.

idea:   torch's own nn.LSTM, nn.TransformerEncoderLayer and MultiheadAttention hold our numbers, so gate order, heads and norms are torch's meaning.
source: CMBS as in DG-SCT arXiv:2311.05152 and AVMoE arXiv:2409.09424, without dropout.

Usage:  python heads_reference.py      writes heads/<case>.safetensors: in.*, w.*, out.*, g.* (gradients of the loss, which is out.loss)
"""
import pathlib, zlib
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent / "heads"


class Weights(dict):
    """Named weights, made when first asked for: the name seeds them."""

    def __call__(self, name, *sizes, scale=0.4):
        if name not in self:
            rng = np.random.default_rng(zlib.crc32((self.case + name).encode()))
            self[name] = torch.from_numpy((rng.standard_normal(sizes) * scale).astype(np.float32)).double().requires_grad_(True)
        return self[name]

    def given(self, name, *sizes):
        """Positive numbers that training does not touch."""
        if name not in self:
            self[name] = (self(name + " ", *sizes).detach().abs() + 0.3).float().double()
            del self[name + " "]
        return self[name]


def linear(w, at, x, o):
    return F.linear(x, w(f"{at}.weight", x.shape[-1], o).T, w(f"{at}.bias", o))


def under(module, tensors, *args):
    return torch.func.functional_call(module, tensors, args)


def bilstm(w, at, x, R):
    """torch.nn.LSTM, gates i, f, g, o."""
    I, gates, tensors = x.shape[-1], ("input", "forget", "cell", "output"), {}
    for way, suffix in (("forward", ""), ("backward", "_reverse")):
        for part, ours, size in (("ih", "x", I), ("hh", "h", R)):
            tensors[f"weight_{part}_l0{suffix}"] = torch.cat([w(f"{at}.{way}.{g}.{ours}.weight", size, R).T for g in gates])
            tensors[f"bias_{part}_l0{suffix}"] = torch.cat([w(f"{at}.{way}.{g}.{ours}.bias", R) for g in gates])
    return under(torch.nn.LSTM(I, R, batch_first=True, bidirectional=True).double(), tensors, x)[0]


def attention_tensors(w, at, D, H, prefix):
    rows = [w(f"{at}.{n}.weight", D, H, D // H).reshape(D, D).T for n in ("query", "key", "value")]
    bias = [w(f"{at}.{n}.bias", H, D // H).reshape(D) for n in ("query", "key", "value")]
    return {f"{prefix}in_proj_weight": torch.cat(rows), f"{prefix}in_proj_bias": torch.cat(bias),
            f"{prefix}out_proj.weight": w(f"{at}.out.weight", H, D // H, D).reshape(D, D).T, f"{prefix}out_proj.bias": w(f"{at}.out.bias", D)}


def layer_tensors(w, at, D, M):
    return {"linear1.weight": w(f"{at}.feed.first.weight", D, M).T, "linear1.bias": w(f"{at}.feed.first.bias", M),
            "linear2.weight": w(f"{at}.feed.second.weight", M, D).T, "linear2.bias": w(f"{at}.feed.second.bias", D),
            **{f"norm{i}.{n}": w(f"{at}.norm{i}.{n}", D) for i in (1, 2) for n in ("weight", "bias")}}


def encoder_layer(w, at, x, H, M):
    D = x.shape[-1]
    module = torch.nn.TransformerEncoderLayer(D, H, M, dropout=0.0, batch_first=True).double()
    return under(module, attention_tensors(w, f"{at}.attention", D, H, "self_attn.") | layer_tensors(w, at, D, M), x)


def decoder_layer(w, at, x, memory, H, M):
    D = x.shape[-1]
    attention_tensors(w, f"{at}.unused", D, H, "")   # declared, never called
    y = torch.cat([memory, x], 1)
    module = torch.nn.MultiheadAttention(D, H, batch_first=True).double()
    attended, _ = under(module, attention_tensors(w, f"{at}.attention", D, H, ""), x, y, y)
    t = layer_tensors(w, at, D, M)
    x = F.layer_norm(x + attended, (D,), t["norm1.weight"], t["norm1.bias"])
    f = F.linear(torch.relu(F.linear(x, t["linear1.weight"], t["linear1.bias"])), t["linear2.weight"], t["linear2.bias"])
    return F.layer_norm(x + f, (D,), t["norm2.weight"], t["norm2.bias"])


def temporal(w, at, v, a, s):
    seen = bilstm(w, f"{at}.visual.lstm", torch.relu(linear(w, f"{at}.visual.input", v, s["e"])), s["r"])
    heard = bilstm(w, f"{at}.audio.lstm", linear(w, f"{at}.audio.input", a, s["f"]), s["s"])
    encoded = {}
    for m, x in (("visual", seen), ("audio", heard)):
        y = linear(w, f"{at}.{m}.encode.input", x, s["d"])
        encoder_layer(w, f"{at}.{m}.encode.unused", y, s["h"], s["m"])
        for i in range(2):
            y = encoder_layer(w, f"{at}.{m}.encode.layers.{i}", y, s["h"], s["m"])
        encoded[m] = y
    gate = {m: torch.sigmoid(linear(w, f"{at}.{m}.gate", encoded[m], 1)) for m in encoded}
    out = {}
    for m, x, other in (("visual", seen, "audio"), ("audio", heard, "visual")):
        y = linear(w, f"{at}.{m}.decode.input", x, s["d"])
        decoder_layer(w, f"{at}.{m}.decode.unused", y, encoded[other], s["h"], s["m"])
        out[m] = decoder_layer(w, f"{at}.{m}.decode.layer", y, encoded[other], s["h"], s["m"]) * (1 + 0.1 * gate[other])
    return out["visual"], out["audio"]


def cmbs(w, visual, audio, foreground, event):
    s = dict(e=7, f=5, r=3, s=4, d=8, h=2, m=9)
    V, A = temporal(w, "temporal", visual, audio, s)
    C = 6
    top = lambda x: x.topk(4, dim=1).values.mean(1)
    av = (top(linear(w, "visual", V, C)) + top(linear(w, "audio", A, C))) / 2
    fused = (V + A) / 2
    fg = linear(w, "foreground", fused, 1).squeeze(-1)
    ev = linear(w, "event", fused.max(1).values, C) + 0.3 * av
    loss = F.binary_cross_entropy_with_logits(fg, foreground) + F.cross_entropy(ev, event) + F.cross_entropy(av, event)
    return {"foreground": fg, "event": ev, "highest": av, "loss": loss}


def lstm_last(w, at, x, R):
    """The last states of torch.nn.LSTM, one direction."""
    gates, I = ("input", "forget", "cell", "output"), x.shape[-1]
    tensors = {}
    for part, ours, size in (("ih", "x", I), ("hh", "h", R)):
        tensors[f"weight_{part}_l0"] = torch.cat([w(f"{at}.forward.{g}.{ours}.weight", size, R).T for g in gates])
        tensors[f"bias_{part}_l0"] = torch.cat([w(f"{at}.forward.{g}.{ours}.bias", R) for g in gates])
    _, (h, c) = under(torch.nn.LSTM(I, R, batch_first=True).double(), tensors, x)
    return h[0], c[0]


def avqa(w, question, visual, other, audio, answer, belongs, foreign):
    D, H, C, words = visual.shape[-1], 2, 5, 9
    h, c = lstm_last(w, "question.lstm", torch.tanh(w("question.words", words, D)[question.long()]), D)
    q = linear(w, "question.out", torch.tanh(torch.cat([h, c], -1)), D)
    A = linear(w, "sound.second", torch.relu(linear(w, "sound.first", audio, D)), D)

    def ground(v):
        rows, a = F.normalize(v, dim=-1), F.normalize(A, dim=-1)
        att = torch.softmax((rows @ a.unsqueeze(-1)).squeeze(-1), -1)
        return linear(w, "ground", torch.tanh(torch.cat([v.mean(2), (att.unsqueeze(-1) * rows).sum(2)], -1)), D)

    def match(g):
        x = torch.cat([A, g], -1)
        for name, size in (("first", 7), ("second", 5), ("third", 4)):
            x = torch.relu(linear(w, f"match.{name}", x, size))
        return linear(w, "match.out", x, 2)

    def asking(at, x):
        module = torch.nn.MultiheadAttention(D, H, batch_first=True).double()
        y, _ = under(module, attention_tensors(w, f"{at}.attention", D, H, ""), q[:, None], x, x)
        y = y[:, 0]
        y = y + linear(w, f"{at}.second", torch.relu(linear(w, f"{at}.first", y, D)), D)
        return F.layer_norm(y, (D,), w(f"{at}.norm.weight", D), w(f"{at}.norm.bias", D)) + x.mean(1)

    G, N = ground(visual), ground(other)
    linear(w, "unused.sound.second", linear(w, "unused.sound.first", audio, D), D)   # declared, never called
    w("unused.norm.weight", D), w("unused.norm.bias", D)
    fused = linear(w, "fuse", torch.tanh(torch.cat([asking("hear", A), asking("see", G)], -1)), D)
    out = linear(w, "answer", torch.tanh(fused * q), C)
    pos, neg = match(G), match(N)
    rows = torch.stack([pos, neg], 2).reshape(-1, 2)                                  # interleaved, as published
    target = torch.stack([belongs, foreign], 2).reshape(-1)
    loss = F.cross_entropy(out, answer.long()) + 0.5 * F.cross_entropy(rows, target.long())
    return {"answer": out, "match": pos, "mismatch": neg, "loss": loss}


def numbers(case, name, *sizes):
    rng = np.random.default_rng(zlib.crc32((case + " inputs " + name).encode()))
    return torch.from_numpy(rng.standard_normal(sizes).astype(np.float32)).double()


CASES = {
    "cmbs": (cmbs, {"visual": numbers("cmbs", "visual", 3, 5, 10), "audio": numbers("cmbs", "audio", 3, 5, 6),
                    "foreground": (numbers("cmbs", "foreground", 3, 5) > 0).double(), "event": torch.tensor([2, 0, 5])}),
    "avqa": (avqa, {"question": torch.tensor([[1, 4, 8, 0], [2, 2, 7, 5]]), "visual": numbers("avqa", "visual", 2, 3, 5, 6), "other": numbers("avqa", "other", 2, 3, 5, 6),
                    "audio": numbers("avqa", "audio", 2, 3, 4), "answer": torch.tensor([4, 1]), "belongs": torch.ones(2, 3, dtype=torch.long), "foreign": torch.zeros(2, 3, dtype=torch.long)}),
}


def write(folder, cases):
    """Runs every case and writes <folder>/<case>.safetensors; the gradients are of the output `loss`."""
    folder.mkdir(exist_ok=True)
    as_stored = lambda t: (t.int() if not t.is_floating_point() else t.detach().float()).contiguous()
    for case, (run, given) in cases.items():
        w = Weights()
        w.case = case
        outs = run(w, **given)
        trained = {n: v for n, v in w.items() if v.requires_grad}
        grads = dict(zip(trained, torch.autograd.grad(outs["loss"], list(trained.values()), allow_unused=True)))
        tensors = {f"in.{n}": v for n, v in given.items()} | {f"w.{n}": v for n, v in w.items()} | {f"out.{n}": o for n, o in outs.items()}
        tensors |= {f"g.{n}": torch.zeros_like(v) if grads.get(n) is None else grads[n] for n, v in w.items()}
        save_file({n: as_stored(t) for n, t in tensors.items()}, folder / f"{case}.safetensors")
        print(case, {n: tuple(o.shape) for n, o in outs.items()}, outs["loss"].item(), (folder / f"{case}.safetensors").stat().st_size)


if __name__ == "__main__":
    write(HERE, CASES)
