"""PyTorch's training memory: LAVisH inside Swin-V2 and HTS-AT, or MoLT beside them, eager; one forward and one backward pass.

idea:   equations and layers as PyTorch has them (conv1d, batch_norm, layer_norm), over weights whose names and sizes the harness names; every
        one of them must be read. What autograd keeps is told by its own hooks; the greatest bytes by the process, which starts with torch loaded.
not:    an agreement of values (test/golden/adapters_reference.py has that), an optimiser, or a fused attention.
source: arXiv:2212.07983 (LAVisH), arXiv 2512.00115 (MoLT), the trunks of pytorch_backbones.py

Usage:  python pytorch_memory.py < JOB.json    {adapter, visual, audio, batch, variant, declared: [{name, sizes, trainable}]} -> {before, peak, saved}
"""
import json, sys
import torch
import torch.nn.functional as F
import pytorch_backbones as trunk
import pytorch_molt as molt


class Read(dict):
    """Weights that remember which of them were asked for."""

    def __init__(self, of):
        super().__init__(of)
        self.asked = set()

    def __getitem__(self, name):
        self.asked.add(name)
        return super().__getitem__(name)


class Under:
    """The weights below a prefix."""

    def __init__(self, p, prefix):
        self.p, self.prefix = p, prefix

    def __getitem__(self, name):
        return self.p[self.prefix + name]


def drawn(sizes, trainable):
    return (0.02 * torch.randn(sizes)).requires_grad_(trainable)


# ---------------------------------------------------------------- LAVisH


def residual(p, at, x, y):
    """x [B,N,D], y [B,M,C] -> [B,N,D]"""
    D = x.shape[-1]
    layer_norm = lambda name, z: F.layer_norm(z, (D,), p[f"{at}.bottleneck.{name}.weight"], p[f"{at}.bottleneck.{name}.bias"])
    batch_norm = lambda name, z: F.batch_norm(z, None, None, p[f"{at}.bottleneck.{name}.weight"], p[f"{at}.bottleneck.{name}.bias"], training=True)
    y = F.conv1d(y, p[f"{at}.align.tokens.weight"].unsqueeze(-1), p[f"{at}.align.tokens.bias"])
    y = y @ p[f"{at}.align.channels.weight"] + p[f"{at}.align.channels.bias"]
    t = p[f"{at}.fusion.tokens"].expand(len(x), -1, -1)
    t = t + torch.softmax(t @ y.transpose(1, 2), -1) @ y
    x = x + p[f"{at}.fusion.open"] * (torch.softmax(x @ t.transpose(1, 2), -1) @ t)
    down, up = p[f"{at}.bottleneck.down"], p[f"{at}.bottleneck.up"]
    z = F.conv1d(layer_norm("before", x).transpose(1, 2), down.reshape(-1, down.shape[2], 1), groups=down.shape[0])
    z = torch.relu(batch_norm("norm1", z))
    z = batch_norm("norm2", F.conv1d(z, up.reshape(-1, up.shape[2], 1), groups=up.shape[0]))
    return p[f"{at}.bottleneck.gate"] * layer_norm("post", z.transpose(1, 2))


def lavish(p, visual, audio, x):
    """Blocks of both trunks in pairs, two adapters a stream and pair; trunks of equal depths. -> the mean token of each stream"""
    pv, pa = Under(p, "visual."), Under(p, "audio.")
    sv, sa = trunk.stages(visual), trunk.stages(audio)
    mv, ma = trunk.buffers(visual), trunk.buffers(audio)
    G = sv[0]["side"]
    v = trunk.embed(pv, visual, x["pixels"]).view(-1, G, G, visual["channels"])
    a = trunk.embed(pa, audio, trunk.picture(pa, audio, x["logmel"]))
    pair = 0
    tokens = lambda grid: grid.flatten(1, 2)
    for s, (stage, other) in enumerate(zip(sv, sa)):
        if s > 0:
            v = trunk.norm(pv, f"layers.{s}.downsample.norm", F.linear(trunk.neighbours(v), pv[f"layers.{s}.downsample.reduction.weight"]))
        H = other["side"]
        for b in range(len(stage["shifts"])):
            at = f"layers.{s}.blocks.{b}"
            # a Swin meets its adapters part by part, HTS-AT's block runs whole before the first residual is added
            rv, ra = residual(p, f"adapters.{pair}.visual.first", tokens(v), a), residual(p, f"adapters.{pair}.audio.first", a, tokens(v))
            v = v + trunk.norm(pv, f"{at}.norm1", trunk.windowed(pv, at, v, stage, mv[s], b, True)) + rv.view(v.shape)
            y = trunk.windowed(pa, at, trunk.norm(pa, f"{at}.norm1", a).view(-1, H, H, a.shape[-1]), other, ma[s], b, False)
            a = a + y.view(a.shape)
            a = a + trunk.mlp(pa, f"{at}.mlp", trunk.norm(pa, f"{at}.norm2", a)) + ra
            rv, ra = residual(p, f"adapters.{pair}.visual.second", tokens(v), a), residual(p, f"adapters.{pair}.audio.second", a, tokens(v))
            v = v + trunk.norm(pv, f"{at}.norm2", trunk.mlp(pv, f"{at}.mlp", v)) + rv.view(v.shape)
            a = a + ra
            pair += 1
        if s + 1 < len(sa):
            y = trunk.neighbours(a.view(-1, H, H, a.shape[-1]))
            a = F.linear(trunk.norm(pa, f"layers.{s}.downsample.norm", y), pa[f"layers.{s}.downsample.reduction.weight"]).flatten(1, 2)
    return tokens(trunk.norm(pv, "norm", v)).mean(1), a.mean(1)


def lavish_loss(p, job, inputs):
    return F.cross_entropy(torch.cat(lavish(p, job["visual"], job["audio"], inputs), -1) @ p["head.weight"] + p["head.bias"], inputs["labels"])


# ---------------------------------------------------------------- MoLT


def narrow(p, at, z, f):
    """TD whose heads together are narrower than the channels: an output map follows."""
    out = p[f"{at}.out"]
    return wide(p, at, z, f) @ out.view(-1, out.shape[-1])


wide, molt.td = molt.td, narrow


def molt_loss(p, job, inputs):
    return molt.loss_of(p, job["variant"], inputs)


# ---------------------------------------------------------------- the job


def main():
    job = json.load(sys.stdin)
    torch.manual_seed(0)
    torch.set_num_threads(1)
    before, _ = molt.memory()
    p = Read({d["name"]: drawn(d["sizes"], d["trainable"]) for d in job["declared"]})
    labels = torch.zeros(job["batch"], dtype=torch.long)
    if job["adapter"] == "LAVisH":
        g = torch.Generator().manual_seed(1)
        inputs = {"pixels": trunk.random_input(job["visual"], job["batch"], g), "logmel": trunk.random_input(job["audio"], job["batch"], g), "labels": labels}
        loss_of = lavish_loss
    else:
        inputs = {f"{m}.{l}": torch.randn(job["batch"], f["tokens"], f["channels"]) for m in molt.MODALITIES for l, f in enumerate(job["variant"]["features"][m])} | {"labels": labels}
        loss_of = molt_loss
    loss_of(p, job, inputs).backward()
    _, peak = molt.memory()
    saved = molt.saved_bytes(lambda: loss_of(p, job, inputs), [*p.values(), *inputs.values()])
    # running statistics of the adapters are not read in training; the visual stream's final norm is, HTS-AT's is not
    unread = sorted(name for name in set(p) - p.asked if not name.startswith("audio.norm.") and ".mean" not in name and ".variance" not in name)
    assert not unread, unread[:8]
    print(json.dumps({"before": before, "peak": peak, "saved": saved}))


main()
