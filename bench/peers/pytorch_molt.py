"""PyTorch's side of a case: the paper's equations as they are printed, eager, speaking the protocol of bench/protocol.ts.

idea:   plain functions over a dictionary of named tensors; keys and values are projected before the latent tokens ask (equation 2 as printed).
not:    a contraction order of ours: nothing is absorbed by hand. Products are 2-D where the equation allows it, which is the fastest that eager has.
source: arXiv 2512.00115, equations 1-8, in the default readings (token mix, no sharing, full width); arXiv:2111.09883 for the Swin-V2 block.

Environment: MOLT_BENCH_ADAMW = loop | foreach | fused (default: the fastest measured, fused); MOLT_BENCH_ATTENTION = plain | sdpa (default plain, as printed).
Needs PyTorch only.
"""
import json, math, os, resource, struct, sys, time
import torch
import torch.nn.functional as F

MODALITIES = ("visual", "audio")
OTHER = {"visual": "audio", "audio": "visual"}
SAMPLES = 16


def load(path):
    """Safetensors, each tensor in memory of its own; no mapping of the file stays."""
    out = {}
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        start = file.tell()
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            begin, end = entry["data_offsets"]
            tensor = torch.empty(entry["shape"], dtype={"F32": torch.float32, "I32": torch.int32}[entry["dtype"]])
            file.seek(start + begin)
            assert file.readinto(memoryview(tensor.numpy()).cast("B")) == end - begin, name
            out[name] = tensor
    return out


def digest(tensor):
    flat = tensor.detach().reshape(-1)
    n = flat.numel()
    return {"count": n, "sum": flat.abs().sum(dtype=torch.float64).item(), "samples": [flat[((2 * i + 1) * n) // (2 * SAMPLES)].item() for i in range(SAMPLES)]}


# ---------------------------------------------------------------- MoLT

def heads(x, w):
    """x [...,N,D] through w [D,H,K] -> [...,H,N,K], as one product of the rows of x."""
    D, H, K = w.shape
    return (x @ w.view(D, H * K)).unflatten(-1, (H, K)).transpose(-2, -3)


def attend(q, k, v):
    """softmax(q k^T / sqrt(K)) v with heads joined: q [...,H,Z,K], k and v [B,H,N,K] -> [B,Z,H*K]"""
    if os.environ.get("MOLT_BENCH_ATTENTION") == "sdpa":
        return F.scaled_dot_product_attention(q.expand(k.shape[0], *q.shape[-3:]), k, v).transpose(1, 2).flatten(2)
    return (torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]), dim=-1) @ v).transpose(1, 2).flatten(2)


def td(p, at, z, f):
    return attend(heads(z, p[f"{at}.query"]), heads(f, p[f"{at}.key"]), heads(f, p[f"{at}.value"]))


def ca(p, at, x, y):
    out = p[f"{at}.out"]
    return attend(heads(x, p[f"{at}.query"]), heads(y, p[f"{at}.key"]), heads(y, p[f"{at}.value"])) @ out.view(-1, out.shape[-1])


def mlp(p, at, x):
    return torch.relu(x @ p[f"{at}.hidden.weight"] + p[f"{at}.hidden.bias"]) @ p[f"{at}.out.weight"] + p[f"{at}.out.bias"]


def fdm(p, a, l, f):
    experts = {m: [] for m in MODALITIES}
    for i in range(a["uda"]):
        for m in MODALITIES:
            at = f"fdm.{l}.uda.{i}.{m}"
            experts[m].append(td(p, f"{at}.td", p[f"{at}.tokens"], f[m]) + p[f"{at}.mix"] @ f[m])
    for j in range(a["cda"]):
        at = {m: f"fdm.{l}.cda.{j}.{m}" for m in MODALITIES}
        t = {m: td(p, f"{at[m]}.td", p[f"{at[m]}.tokens"], f[m]) for m in MODALITIES}
        for m in MODALITIES:
            experts[m].append(ca(p, f"{at[m]}.ca", t[m], t[OTHER[m]]) + p[f"{at[m]}.mix"] @ f[m])
    w = torch.softmax(mlp(p, f"fdm.{l}.router", torch.cat([f["visual"].mean(1), f["audio"].mean(1)], dim=-1)), dim=-1)
    return {m: sum(w[:, e, None, None] * x for e, x in enumerate(experts[m])) for m in MODALITIES}


def tor(x):
    u = F.normalize(x, dim=-1)
    return ((u @ u.transpose(1, 2) - torch.eye(x.shape[1])) ** 2).sum((1, 2))


def molt(p, variant, inputs):
    a, layers = variant["adapter"], len(variant["features"]["visual"])
    pairs = [fdm(p, a, l, {m: inputs[f"{m}.{l}"] for m in MODALITIES}) for l in range(layers)]
    tokens = {m: torch.cat([pair[m] for pair in pairs], dim=1) for m in MODALITIES}
    fused = {m: (torch.softmax(mlp(p, f"tfm.{m}", tokens[m])[..., 0], dim=-1)[..., None] * tokens[m]).sum(1) for m in MODALITIES}
    return fused, tokens


def loss_of(p, variant, inputs):
    fused, tokens = molt(p, variant, inputs)
    logits = torch.cat([fused[m] for m in MODALITIES], dim=-1) @ p["head.weight"] + p["head.bias"]
    config = variant["adapter"]["tor"]
    scale = config["weight"] * 0.5 / (tokens["visual"].shape[1] ** 2 if config["scale"] == "mean" else 1)
    return F.cross_entropy(logits, inputs["labels"]) + scale * sum(tor(tokens[m]).mean() for m in MODALITIES)


# ---------------------------------------------------------------- one Swin-V2 block

def swin_constants(c):
    """The log-spaced offsets, the index of pairs, and the mask of shifted windows: fixed, so prepared once."""
    w, s, n = c["window"], c["shift"], c["side"] // c["window"]
    o = torch.arange(-(w - 1), w, dtype=torch.float32) * 8 / max(w - 1, 1)
    g = torch.sign(o) * torch.log2(o.abs() + 1) / 3
    r, q = (t.flatten() for t in torch.meshgrid(torch.arange(w), torch.arange(w), indexing="ij"))
    index = (r[:, None] - r[None] + w - 1) * (2 * w - 1) + (q[:, None] - q[None] + w - 1)
    axis = torch.tensor([0] * (c["side"] - w) + [1] * (w - s) + [2] * s)
    label = (3 * axis[:, None] + axis[None]).reshape(n, w, n, w).permute(0, 2, 1, 3).reshape(n * n, w * w)
    mask = torch.where(label[:, :, None] != label[:, None, :], -100.0, 0.0) if s > 0 else None
    return torch.stack(torch.meshgrid(g, g, indexing="ij"), -1).reshape(-1, 2), index, mask


def swin_block(p, c, constants, x):
    offsets, index, mask = constants
    w, s, n, H = c["window"], c["shift"], c["side"] // c["window"], c["heads"]
    B, G, _, D = x.shape
    t = torch.roll(x, (-s, -s), (1, 2)) if s > 0 else x
    t = t.reshape(B, n, w, n, w, D).permute(0, 1, 3, 2, 4, 5).reshape(B * n * n, w * w, D)
    q, k, v = F.linear(t, p["attn.qkv.weight"], torch.cat([p["attn.q_bias"], torch.zeros(D), p["attn.v_bias"]])).reshape(B * n * n, w * w, 3, H, D // H).permute(2, 0, 3, 1, 4)
    logits = (F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-1, -2)) * torch.exp(p["attn.logit_scale"].clamp(max=math.log(100)))
    table = F.linear(torch.relu(F.linear(offsets, p["attn.cpb_mlp.0.weight"], p["attn.cpb_mlp.0.bias"])), p["attn.cpb_mlp.2.weight"])
    logits = logits + 16 * torch.sigmoid(table[index].permute(2, 0, 1))
    if mask is not None:
        logits = (logits.view(B, n * n, H, w * w, w * w) + mask[:, None]).view(-1, H, w * w, w * w)
    t = F.linear((torch.softmax(logits, -1) @ v).transpose(1, 2).reshape(-1, w * w, D), p["attn.proj.weight"], p["attn.proj.bias"])
    t = t.reshape(B, n, n, w, w, D).permute(0, 1, 3, 2, 4, 5).reshape(B, G, G, D)
    t = torch.roll(t, (s, s), (1, 2)) if s > 0 else t
    x = x + F.layer_norm(t, (D,), p["norm1.weight"], p["norm1.bias"])
    y = F.linear(F.gelu(F.linear(x, p["mlp.fc1.weight"], p["mlp.fc1.bias"])), p["mlp.fc2.weight"], p["mlp.fc2.bias"])
    return x + F.layer_norm(y, (D,), p["norm2.weight"], p["norm2.bias"])


# ---------------------------------------------------------------- jobs

def saved_bytes(forward, excluded):
    """Bytes of the distinct storages that autograd keeps for backward, those of `excluded` tensors not counted."""
    own, seen = {t.untyped_storage().data_ptr() for t in excluded}, {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            seen[storage.data_ptr()] = (storage.nbytes(), tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = forward()
    total = sum(size for size, _ in seen.values())
    del loss
    return total


class Step:
    def __init__(self, job):
        self.variant, self.inputs, self.job = job["variant"], load(job["inputs"]), job
        self.inputs["labels"] = self.inputs["labels"].long()
        self.p = {k: t.requires_grad_() for k, t in load(job["weights"]).items()}
        a = job["adam"]
        self.how = os.environ.get("MOLT_BENCH_ADAMW", "fused")
        self.optimiser = torch.optim.AdamW(self.p.values(), lr=a["rate"], betas=(a["beta1"], a["beta2"]), eps=a["epsilon"], weight_decay=a["decay"],
                                           **{"loop": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}[self.how])
        self.notes = [f"AdamW {self.how}", f"attention {os.environ.get('MOLT_BENCH_ATTENTION', 'plain')}"]

    def once(self):
        start = time.perf_counter()
        self.optimiser.zero_grad()
        loss = loss_of(self.p, self.variant, self.inputs)
        loss.backward()
        middle = time.perf_counter()
        self.optimiser.step()
        return loss, {"forward and backward": 1e3 * (middle - start), "AdamW": 1e3 * (time.perf_counter() - middle)}

    def iterate(self):
        return self.once()[1]

    def check(self):
        loss, _ = self.once()
        tensors = {k: digest(t.grad) for k, t in self.p.items()}
        return [loss.item(), self.once()[0].item()], tensors

    def saved(self):
        return saved_bytes(lambda: loss_of(self.p, self.variant, self.inputs), [*self.p.values(), *self.inputs.values()])


class Inference:
    notes = ["inference_mode"]

    def outputs(self):
        raise NotImplementedError

    def iterate(self):
        with torch.inference_mode():
            self.outputs()
        return {}

    def check(self):
        with torch.inference_mode():
            return [], {k: digest(t) for k, t in self.outputs().items()}

    def saved(self):
        return None


class Forward(Inference):
    def __init__(self, job):
        self.variant, self.inputs, self.p = job["variant"], load(job["inputs"]), load(job["weights"])

    def outputs(self):
        fused, _ = molt(self.p, self.variant, self.inputs)
        return {f"fused.{m}": fused[m] for m in MODALITIES}


class Trunk(Inference):
    def __init__(self, job):
        import pytorch_backbones as b
        self.b, self.c, self.p = b, job["backbone"], load(job["weights"])
        self.made, self.x, self.wanted = b.buffers(self.c), load(job["inputs"])[b.inputs[self.c["kind"]]], b.blocks(self.c)[-2:]
        self.notes = ["inference_mode", "position bias in every pass, as timm" if self.c["kind"] == "swinv2" else "as the released HTS-AT"]

    def outputs(self):
        return self.b.taps(self.p, self.c, self.made, self.x, self.wanted)


class Block(Inference):
    def __init__(self, job):
        self.config, self.x, self.p = job["block"], load(job["inputs"])["x"], load(job["weights"])
        self.constants = swin_constants(self.config)

    def outputs(self):
        return {"y": swin_block(self.p, self.config, self.constants, self.x)}


# ---------------------------------------------------------------- the protocol

def memory():
    """Resident bytes now, and at the highest. VmHWM starts at 0 with the program; ru_maxrss would begin at the parent's."""
    try:
        fields = dict(line.split(":", 1) for line in open("/proc/self/status"))
        return int(fields["VmRSS"].split()[0]) * 1024, int(fields["VmHWM"].split()[0]) * 1024
    except (OSError, KeyError):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        return peak, peak


def answer(request, prepared):
    ask = request["ask"]
    if ask == "setup":
        start = time.perf_counter()
        job = request["job"]
        torch.set_num_threads(job["threads"])
        torch.manual_seed(0)
        prepared = {"step": Step, "forward": Forward, "block": Block, "trunk": Trunk}[job["kind"]](job)
        versions = {"python": sys.version.split()[0], "torch": torch.__version__}
        return prepared, {"is": "ready", "versions": versions, "threads": torch.get_num_threads(), "notes": prepared.notes, "seconds": time.perf_counter() - start}
    if ask == "check":
        losses, tensors = prepared.check()
        return prepared, {"is": "checked", "losses": losses, "tensors": tensors}
    if ask == "run":
        ms, parts = [], {}
        for _ in range(request["count"]):
            start = time.perf_counter()
            of = prepared.iterate()
            ms.append(1e3 * (time.perf_counter() - start))
            for name, value in of.items():
                parts.setdefault(name, []).append(value)
        return prepared, {"is": "ran", "ms": ms, "parts": parts}
    now, peak = memory()  # before the activations are counted, which holds them all once more
    return prepared, {"is": "memory", "now": now, "peak": peak, "saved": prepared.saved()}


def main():
    prepared = None
    for line in sys.stdin:
        request = json.loads(line)
        if request["ask"] == "quit":
            break
        try:
            prepared, reply = answer(request, prepared)
        except Exception as error:  # told to the harness, which reports it
            reply = {"is": "failed", "why": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
