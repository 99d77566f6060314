"""Golden values of MoLT: every equation of the design page, in float64 PyTorch, written apart from the TypeScript.

idea:   plain functions over a dictionary of named parameters; each function is one equation and knows nothing of graphs.
laws:   attention is checked against torch's own `scaled_dot_product_attention` on every run (see `attention`).
not:    a training script, or part of the build and the tests; only the files it writes are read by them.
source: arXiv 2512.00115, equations 1-8, in the readings A1-A11 that each `variant.json` names.

Usage:  python molt_reference.py           writes molt/<case>/{variant.json,{weights,inputs,output,grads}.safetensors}
        python molt_reference.py --count   prints exact parameter counts of the paper-size variants
Weights and inputs are float32 numbers; the arithmetic is float64; results are rounded once, to float32.
"""
import json, math, pathlib, sys, zlib
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent
MODALITIES = ("visual", "audio")
OTHER = {"visual": "audio", "audio": "visual"}
EPS = 1e-12  # the cosine of equation 8 divides by max(norm, EPS): a zero token stays zero


# ---------------------------------------------------------------- the variant and its parameters

def variant(name, features, **adapter):
    base = {"kind": "molt", "uda": 2, "cda": 2, "tokens": 3, "heads": 2, "mix": "token", "share": "none",
            "router": {"hidden": 5}, "fusion": {"kind": "mlp", "hidden": 6, "over": "token"},
            "tor": {"weight": 0.1, "scale": "mean"}}
    return {"schemaVersion": 1, "name": name, "features": features, "adapter": {**base, **adapter}, "task": {"kind": "none"}}


class Sizes:
    """The letters of a variant: L, Z, H, U, C, and per modality and layer N, D, inner width H·K."""

    def __init__(self, v):
        a = v["adapter"]
        self.a, self.L, self.Z, self.H = a, len(v["features"]["visual"]), a["tokens"], a["heads"]
        self.U, self.C = a["uda"], a["cda"]
        self.N = {m: [p["tokens"] for p in v["features"][m]] for m in MODALITIES}
        self.D = {m: [p["channels"] for p in v["features"][m]] for m in MODALITIES}
        # One number for all layers when given; each layer's own channels when left out.
        self.W = {m: [a["width"][m]] * self.L if "width" in a else self.D[m] for m in MODALITIES}

    def final(self, m):
        return self.D[m][-1]


def td_shapes(prefix, D, width, H):
    K = width // H
    assert K * H == width, (prefix, width, H)
    out = {f"{prefix}.{k}": (D, H, K) for k in ("query", "key", "value")}
    if width != D:
        out[f"{prefix}.out"] = (H, K, D)
    return out


def parameter_shapes(v):
    """Every trainable parameter of a variant, by name: the exact list that `molt run` asks for."""
    s = Sizes(v)
    a, share, shapes = s.a, s.a["share"], {}
    for l in range(s.L):
        for kind, count in (("uda", s.U), ("cda", s.C)):
            for i in range(count):
                for m in MODALITIES:
                    at, D, D2 = f"fdm.{l}.{kind}.{i}.{m}", s.D[m][l], s.D[OTHER[m]][l]
                    shapes[f"{at}.tokens"] = (s.Z, D)
                    shapes[f"{at}.mix"] = (s.Z, s.N[m][l]) if a["mix"] == "token" else (D, D)
                    if share == "none":
                        shapes |= td_shapes(f"{at}.td", D, s.W[m][l], s.H)
                    if kind == "cda":
                        K = s.W[m][l] // s.H
                        shapes[f"{at}.ca.query"] = (D, s.H, K)
                        shapes[f"{at}.ca.key"] = (D2, s.H, K)
                        shapes[f"{at}.ca.value"] = (D2, s.H, K)
                        shapes[f"{at}.ca.out"] = (s.H, K, D)
        if share == "layer":
            for m in MODALITIES:
                shapes |= td_shapes(f"fdm.{l}.td.{m}", s.D[m][l], s.W[m][l], s.H)
        for m in MODALITIES:
            if s.D[m][l] != s.final(m):
                shapes[f"fdm.{l}.project.{m}"] = (s.D[m][l], s.final(m))
        h, E = a["router"]["hidden"], s.U + s.C
        shapes |= {f"fdm.{l}.router.hidden.weight": (s.D["visual"][l] + s.D["audio"][l], h), f"fdm.{l}.router.hidden.bias": (h,),
                   f"fdm.{l}.router.out.weight": (h, E), f"fdm.{l}.router.out.bias": (E,)}
    for m in MODALITIES:
        if share == "all":
            assert len(set(s.D[m])) == 1, "share 'all' needs layers of equal channels"
            shapes |= td_shapes(f"td.{m}", s.D[m][0], s.W[m][0], s.H)
        if a["fusion"]["kind"] == "mlp":
            h = a["fusion"]["hidden"]
            shapes |= {f"tfm.{m}.hidden.weight": (s.final(m), h), f"tfm.{m}.hidden.bias": (h,),
                       f"tfm.{m}.out.weight": (h, 1), f"tfm.{m}.out.bias": (1,)}
        if a["fusion"]["kind"] == "gates":
            shapes[f"tfm.{m}.gates"] = (s.L, s.Z)
    return shapes


# ---------------------------------------------------------------- the equations

def attention(x, y, wq, wk, wv):
    """x [B,Z,D], y [B,N,D'] -> [B,Z,H,K]; scaled by 1/sqrt(K), softmax over the N rows of y."""
    q, k, v = (torch.einsum("bnd,dhk->bhnk", t, w) for t, w in ((x, wq), (y, wk), (y, wv)))
    A = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]), dim=-1)
    flatness.append(("attention", (A.max(-1).values * A.shape[-1]).mean().item()))
    heads = A @ v
    torch.testing.assert_close(heads, F.scaled_dot_product_attention(q, k, v), rtol=1e-10, atol=1e-12)
    return heads.transpose(1, 2)


flatness = []  # (what, max probability times number of choices): 1 means a flat softmax


def td(p, prefix, z, f):
    """Equation 2: latent tokens z [Z,D] attend over f [B,N,D] -> [B,Z,D]."""
    heads = attention(z.expand(f.shape[0], *z.shape), f, p[f"{prefix}.query"], p[f"{prefix}.key"], p[f"{prefix}.value"])
    if f"{prefix}.out" in p:
        return torch.einsum("bzhk,hkd->bzd", heads, p[f"{prefix}.out"])
    return heads.flatten(2)


def ca(p, prefix, x, y):
    """Cross-attention inside equation 3: x [B,Z,D] asks, y [B,Z,D'] answers -> [B,Z,D]."""
    heads = attention(x, y, p[f"{prefix}.query"], p[f"{prefix}.key"], p[f"{prefix}.value"])
    return torch.einsum("bzhk,hkd->bzd", heads, p[f"{prefix}.out"])


def mixed(how, W, f):
    """The second summand of equations 1 and 3 (reading A1)."""
    if how == "token":
        return torch.einsum("zn,bnd->bzd", W, f)
    return torch.einsum("bd,de->be", f.mean(1), W)[:, None, :]  # pooled-channel: [in, out], broadcast over Z


def mlp(p, prefix, x):
    h = torch.relu(x @ p[f"{prefix}.hidden.weight"] + p[f"{prefix}.hidden.bias"])
    return h @ p[f"{prefix}.out.weight"] + p[f"{prefix}.out.bias"]


def fdm(p, v, l, f):
    """Equations 1-5 for one layer pair: f by modality -> (mixed tokens by modality, router weights [B,E])."""
    s = Sizes(v)

    def td_name(at, m):
        return {"none": f"{at}.td", "layer": f"fdm.{l}.td.{m}", "all": f"td.{m}"}[s.a["share"]]

    experts = {m: [] for m in MODALITIES}
    for i in range(s.U):
        for m in MODALITIES:
            at = f"fdm.{l}.uda.{i}.{m}"
            experts[m].append(td(p, td_name(at, m), p[f"{at}.tokens"], f[m]) + mixed(s.a["mix"], p[f"{at}.mix"], f[m]))
    for j in range(s.C):
        at = {m: f"fdm.{l}.cda.{j}.{m}" for m in MODALITIES}
        t = {m: td(p, td_name(at[m], m), p[f"{at[m]}.tokens"], f[m]) for m in MODALITIES}
        for m in MODALITIES:
            experts[m].append(ca(p, f"{at[m]}.ca", t[m], t[OTHER[m]]) + mixed(s.a["mix"], p[f"{at[m]}.mix"], f[m]))
    w = torch.softmax(mlp(p, f"fdm.{l}.router", torch.cat([f["visual"].mean(1), f["audio"].mean(1)], dim=-1)), dim=-1)
    flatness.append(("router", (w.max(-1).values * w.shape[-1]).mean().item()))
    out = {m: sum(w[:, e, None, None] * experts[m][e] for e in range(s.U + s.C)) for m in MODALITIES}
    return {m: out[m] @ p[f"fdm.{l}.project.{m}"] if f"fdm.{l}.project.{m}" in p else out[m] for m in MODALITIES}, w


def tfm(p, v, m, tokens):
    """Equations 6 and 7: tokens [B,L*Z,D] -> (fused [B,D], weights [B,L*Z])."""
    s = Sizes(v)
    B, n, D = tokens.shape
    fusion = v["adapter"]["fusion"]
    if fusion["kind"] == "average":
        w = torch.full((B, n), 1 / n, dtype=tokens.dtype)
    elif fusion["kind"] == "gates":
        w = torch.softmax(p[f"tfm.{m}.gates"].reshape(n), dim=0).expand(B, n)
    else:
        score = mlp(p, f"tfm.{m}", tokens)[..., 0]
        if fusion.get("over", "token") == "layer":
            w = torch.softmax(score.reshape(B, s.L, s.Z), dim=1)  # over layers at each token index
            flatness.append(("tfm", (w.max(1).values * s.L).mean().item()))
            return (w[..., None] * tokens.reshape(B, s.L, s.Z, D)).sum(1).mean(1), w.reshape(B, n)
        w = torch.softmax(score, dim=-1)
    flatness.append(("tfm", (w.max(-1).values * n).mean().item()))
    return (w[..., None] * tokens).sum(1), w


def tor(x):
    """Equation 8 as a sum: x [B,n,D] -> [B]."""
    u = x / x.norm(dim=-1, keepdim=True).clamp(min=EPS)
    return ((u @ u.transpose(1, 2) - torch.eye(x.shape[1], dtype=x.dtype)) ** 2).sum((1, 2))


def run(p, v, inputs):
    s, out, layers = Sizes(v), {}, {m: [] for m in MODALITIES}
    for l in range(s.L):
        z, out[f"router.{l}"] = fdm(p, v, l, {m: inputs[f"{m}.{l}"] for m in MODALITIES})
        for m in MODALITIES:
            layers[m].append(z[m])
    for m in MODALITIES:
        out[f"tokens.{m}"] = torch.cat(layers[m], dim=1)
        out[f"fused.{m}"], out[f"weights.{m}"] = tfm(p, v, m, out[f"tokens.{m}"])
        out[f"tor.{m}"] = tor(out[f"tokens.{m}"])
    return out


# ---------------------------------------------------------------- random numbers, files

def normal(case, name, shape, std):
    """Float32 normal numbers that depend on the case and the name only, not on the order of drawing."""
    draw = np.random.Generator(np.random.PCG64(zlib.crc32(f"{case}/{name}".encode()))).standard_normal(shape)
    return torch.from_numpy((draw * std).astype(np.float32))


def std_of(name, shape):
    """Wide enough that no softmax is flat and no ReLU is one-sided."""
    last = name.split(".")[-1]
    if last in ("tokens", "gates"):
        return 1.0
    if last == "bias":
        return 0.3
    if last in ("query", "key"):
        return 1.4 / math.sqrt(shape[0])
    if last == "out":
        return 1.0 / math.sqrt(shape[0] * shape[1])
    if last == "mix":
        return 1.0 / math.sqrt(shape[1])
    if last == "weight":
        return 2.0 / math.sqrt(shape[0])
    return 1.0 / math.sqrt(shape[0])  # value, project


def features(visual, audio):
    return {"visual": [{"tokens": n, "channels": d} for n, d in visual], "audio": [{"tokens": n, "channels": d} for n, d in audio]}


def cases():
    two = features([(5, 12)] * 2, [(7, 8)] * 2)
    narrow = {"visual": 6, "audio": 4}
    yield variant("base", two, width={"visual": 12, "audio": 8})
    yield variant("cda-only", two, uda=0)
    yield variant("uda-only", two, cda=0)
    yield variant("narrow", two, uda=1, cda=1, width=narrow)
    yield variant("pooled-channel", two, mix="pooled-channel", uda=1)
    yield variant("over-layer", two, uda=1, tokens=4, fusion={"kind": "mlp", "hidden": 6, "over": "layer"})
    yield variant("average", two, cda=1, fusion={"kind": "average"})
    yield variant("gates", two, cda=1, fusion={"kind": "gates"})
    yield variant("share-layer", two, share="layer")
    yield variant("share-all", two, share="all", width=narrow)
    yield variant("project", features([(9, 6), (5, 12)], [(11, 9), (7, 15)]), heads=3, uda=1, tokens=4)
    # Three layers, all readings off their default, token counts equal between modalities, W_O only where 8 != D.
    yield variant("mixed", features([(6, 8), (4, 12), (4, 12)], [(6, 10), (4, 10), (4, 10)]), uda=1, cda=2, tokens=2, mix="pooled-channel",
                  share="layer", width={"visual": 8, "audio": 10}, fusion={"kind": "mlp", "hidden": 3, "over": "layer"})


def write(v, B=3):
    name = v["name"]
    where = HERE / "molt" / name
    where.mkdir(parents=True, exist_ok=True)
    s = Sizes(v)
    weights = {k: normal(name, k, shape, std_of(k, shape)) for k, shape in parameter_shapes(v).items()}
    inputs = {f"{m}.{l}": normal(name, f"{m}.{l}", (B, s.N[m][l], s.D[m][l]), 1.0) for m in MODALITIES for l in range(s.L)}
    p = {k: w.double().requires_grad_() for k, w in weights.items()}
    flatness.clear()
    out = run(p, v, {k: x.double() for k, x in inputs.items()})
    loss = sum((out[f"fused.{m}"] ** 2).mean() + out[f"tor.{m}"].mean() for m in MODALITIES)
    grads = dict(zip(p, torch.autograd.grad(loss, list(p.values()))))
    (where / "variant.json").write_text(json.dumps(v, indent=2) + "\n")
    for file, tensors in (("weights", weights), ("inputs", inputs), ("output", out), ("grads", grads)):
        save_file({k: t.detach().float().contiguous() for k, t in tensors.items()}, where / f"{file}.safetensors")
    peaks = {k: round(float(np.mean([f for w, f in flatness if w == k])), 2) for k in dict(flatness)}
    print(f"{name:16} parameters {sum(w.numel() for w in weights.values()):6d}  loss {loss.item():.6f}  peak over flat {peaks}")


# ---------------------------------------------------------------- exact counts

def count():
    paper = features([(36, 1536)] * 2, [(64, 768)] * 2)
    common = dict(tokens=8, heads=8, router={"hidden": 128}, fusion={"kind": "mlp", "hidden": 128, "over": "token"})
    quarter = {"visual": 384, "audio": 192}
    for v in (variant("U=C=2, width D", paper, **common), variant("U=C=1, width D/4", paper, **common, uda=1, cda=1, width=quarter)):
        shapes = parameter_shapes(v)
        groups = {}
        for k, shape in shapes.items():
            part = k.split(".")
            group = part[0] if part[0] == "tfm" else part[2] + ("" if part[2] == "router" else f".{part[5]}")
            groups[group] = groups.get(group, 0) + math.prod(shape)
        print(f"{v['name']}: {sum(math.prod(x) for x in shapes.values()):,} in {len(shapes)} tensors {groups}")


if __name__ == "__main__":
    if "--count" in sys.argv:
        count()
    else:
        for v in cases():
            write(v)
