"""PyTorch's side of the trunks: Swin-V2 and HTS-AT as timm and the released HTS-AT run them, eager, in inference mode.

idea:   a module of timm is a dictionary of named tensors and the same calls in the same order: one fused qkv product, F.normalize, softmax, roll,
        views and permutes, F.layer_norm, F.gelu. Index tables, log-spaced offsets and masks are buffers there and are made once here;
        the continuous position bias is computed in every forward pass, as timm does.
not:    a fused attention: neither timm's Swin-V2 nor HTS-AT has one (dropout and drop path are the identity in eval mode and left out).
source: timm 1.x swin_transformer_v2.py, HTS-AT model/htsat.py, as arXiv:2111.09883 and arXiv:2202.00874 describe them

Alone: `write CONFIG.json SEED WEIGHTS` makes random weights under the published names; `taps CONFIG.json WEIGHTS INPUTS OUT` writes what every block gives.
Needs PyTorch only.
"""
import json, math, struct, sys
import torch
import torch.nn.functional as F

# ---------------------------------------------------------------- sizes and names


def stages(c):
    side = c["image" if c["kind"] == "swinv2" else "spectrogram"] // c["patch"]
    out = []
    for i, depth in enumerate(c["depths"]):
        g, w = side >> i, min(c["window"], side >> i)
        out.append({"side": g, "channels": c["channels"] << i, "heads": c["heads"][i], "window": w, "shifts": [0 if g <= c["window"] or b % 2 == 0 else w // 2 for b in range(depth)]})
    return out


def declared(c):
    """Every weight of a trunk under its published name: timm 1.x, or the release of HTS-AT without its prefix."""
    swin, out = c["kind"] == "swinv2", {}

    def norm(name, n):
        out[f"{name}.weight"], out[f"{name}.bias"] = [n], [n]

    def linear(name, o, i, bias=True):
        out[f"{name}.weight"] = [o, i]
        if bias:
            out[f"{name}.bias"] = [o]

    if not swin:
        norm("bn0", c["mels"])
        out["bn0.running_mean"], out["bn0.running_var"] = [c["mels"]], [c["mels"]]
    D = c["channels"]
    out["patch_embed.proj.weight"], out["patch_embed.proj.bias"] = [D, 3 if swin else 1, c["patch"], c["patch"]], [D]
    norm("patch_embed.norm", D)
    all_stages = stages(c)
    for s, stage in enumerate(all_stages):
        D, H, w = stage["channels"], stage["heads"], stage["window"]
        if swin and s > 0:
            linear(f"layers.{s}.downsample.reduction", D, 2 * D, False)
            norm(f"layers.{s}.downsample.norm", D)
        for b in range(len(stage["shifts"])):
            at = f"layers.{s}.blocks.{b}"
            if swin:
                out[f"{at}.attn.logit_scale"], out[f"{at}.attn.q_bias"], out[f"{at}.attn.v_bias"] = [H, 1, 1], [D], [D]
                linear(f"{at}.attn.cpb_mlp.0", 512, 2)
                linear(f"{at}.attn.cpb_mlp.2", H, 512, False)
            else:
                out[f"{at}.attn.relative_position_bias_table"] = [(2 * w - 1) ** 2, H]
            linear(f"{at}.attn.qkv", 3 * D, D, not swin)
            linear(f"{at}.attn.proj", D, D)
            norm(f"{at}.norm1", D)
            linear(f"{at}.mlp.fc1", 4 * D, D)
            linear(f"{at}.mlp.fc2", D, 4 * D)
            norm(f"{at}.norm2", D)
        if not swin and s + 1 < len(all_stages):
            norm(f"layers.{s}.downsample.norm", 4 * D)
            linear(f"layers.{s}.downsample.reduction", 2 * D, 4 * D, False)
    norm("norm", all_stages[-1]["channels"])
    return out


def drawn(name, sizes, generator):
    """Wide enough that no softmax is flat and no bias without effect."""
    x = torch.randn(sizes, generator=generator)
    if name.endswith("logit_scale"):
        return math.log(10) + 0.7 * x  # some heads reach the greatest scale, 100
    if name.endswith("running_var"):
        return 20 * (0.5 + x.abs())
    if name.endswith("running_mean"):
        return -40 + 5 * x
    if name.endswith("relative_position_bias_table"):
        return x
    if len(sizes) == 1:
        return 0.1 * x + (1 if "norm" in name.split(".")[-2] or ".bn0" in f".{name}" else 0) * (name.endswith("weight"))
    return x / math.sqrt(math.prod(sizes[1:]))


# ---------------------------------------------------------------- buffers


def pairs(w):
    r, q = (t.flatten() for t in torch.meshgrid(torch.arange(w), torch.arange(w), indexing="ij"))
    return (r[:, None] - r[None] + w - 1) * (2 * w - 1) + (q[:, None] - q[None] + w - 1)


def offsets(w):
    o = torch.arange(-(w - 1), w, dtype=torch.float32) * 8 / max(w - 1, 1)
    g = torch.sign(o) * torch.log2(o.abs() + 1) / 3
    return torch.stack(torch.meshgrid(g, g, indexing="ij"), -1).reshape(-1, 2)


def masks(side, w, s):
    axis, n = torch.tensor([0] * (side - w) + [1] * (w - s) + [2] * s), side // w
    label = (3 * axis[:, None] + axis[None]).reshape(n, w, n, w).permute(0, 2, 1, 3).reshape(n * n, w * w)
    return torch.where(label[:, :, None] != label[:, None, :], -100.0, 0.0)


def buffers(c):
    return [{"index": pairs(t["window"]).view(-1), "offsets": offsets(t["window"]), "masks": [masks(t["side"], t["window"], s) if s > 0 else None for s in t["shifts"]]} for t in stages(c)]


# ---------------------------------------------------------------- the trunks


def partition(x, w):
    B, G, _, D = x.shape
    return x.view(B, G // w, w, G // w, w, D).permute(0, 1, 3, 2, 4, 5).contiguous().view(-1, w * w, D)


def reverse(windows, w, G):
    D = windows.shape[-1]
    return windows.view(-1, G // w, G // w, w, w, D).permute(0, 1, 3, 2, 4, 5).contiguous().view(-1, G, G, D)


def attention(p, at, x, heads, buffer, mask, cosine):
    B, N, C = x.shape
    if cosine:
        bias = torch.cat((p[f"{at}.q_bias"], torch.zeros_like(p[f"{at}.v_bias"]), p[f"{at}.v_bias"]))
        q, k, v = F.linear(x, p[f"{at}.qkv.weight"], bias).reshape(B, N, 3, heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        logits = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
        logits = logits * torch.clamp(p[f"{at}.logit_scale"], max=math.log(100)).exp()
        table = F.linear(F.relu(F.linear(buffer["offsets"], p[f"{at}.cpb_mlp.0.weight"], p[f"{at}.cpb_mlp.0.bias"])), p[f"{at}.cpb_mlp.2.weight"])
        position = 16 * torch.sigmoid(table[buffer["index"]].view(N, N, heads).permute(2, 0, 1).contiguous())
    else:
        q, k, v = F.linear(x, p[f"{at}.qkv.weight"], p[f"{at}.qkv.bias"]).reshape(B, N, 3, heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        logits = (q * (C // heads) ** -0.5) @ k.transpose(-2, -1)
        position = p[f"{at}.relative_position_bias_table"][buffer["index"]].view(N, N, heads).permute(2, 0, 1).contiguous()
    logits = logits + position.unsqueeze(0)
    if mask is not None:
        logits = (logits.view(-1, mask.shape[0], heads, N, N) + mask.unsqueeze(1).unsqueeze(0)).view(-1, heads, N, N)
    return F.linear((logits.softmax(-1) @ v).transpose(1, 2).reshape(B, N, C), p[f"{at}.proj.weight"], p[f"{at}.proj.bias"])


def norm(p, at, x):
    return F.layer_norm(x, (x.shape[-1],), p[f"{at}.weight"], p[f"{at}.bias"])


def mlp(p, at, x):
    return F.linear(F.gelu(F.linear(x, p[f"{at}.fc1.weight"], p[f"{at}.fc1.bias"])), p[f"{at}.fc2.weight"], p[f"{at}.fc2.bias"])


def windowed(p, at, x, stage, buffer, b, cosine):
    """x [B,G,G,D]: roll, cut, attend, join, roll back."""
    w, s, G = stage["window"], stage["shifts"][b], stage["side"]
    if s > 0:
        x = torch.roll(x, (-s, -s), (1, 2))
    x = reverse(attention(p, f"{at}.attn", partition(x, w), stage["heads"], buffer, buffer["masks"][b], cosine), w, G)
    return torch.roll(x, (s, s), (1, 2)) if s > 0 else x


def neighbours(x):
    B, G, _, D = x.shape
    return x.reshape(B, G // 2, 2, G // 2, 2, D).permute(0, 1, 3, 4, 2, 5).flatten(3)


def embed(p, c, x):
    return norm(p, "patch_embed.norm", F.conv2d(x, p["patch_embed.proj.weight"], p["patch_embed.proj.bias"], stride=c["patch"]).flatten(2).transpose(1, 2))


def swinv2(p, c, made, x, tap):
    """x [B,3,S,S], normalised"""
    all_stages = stages(c)
    G = all_stages[0]["side"]
    x = embed(p, c, x).view(-1, G, G, c["channels"])
    for s, (stage, buffer) in enumerate(zip(all_stages, made)):
        if s > 0:
            x = norm(p, f"layers.{s}.downsample.norm", F.linear(neighbours(x), p[f"layers.{s}.downsample.reduction.weight"]))
        for b in range(len(stage["shifts"])):
            at = f"layers.{s}.blocks.{b}"
            x = x + norm(p, f"{at}.norm1", windowed(p, at, x, stage, buffer, b, True))
            y = x.reshape(x.shape[0], -1, x.shape[-1])
            y = y + norm(p, f"{at}.norm2", mlp(p, f"{at}.mlp", y))
            x = y.reshape(x.shape)
            tap(s, b, y)


def picture(p, c, x):
    """x [B,1,T,M] in dB: each band normalised, stretched in time, folded."""
    M, S = c["mels"], c["spectrogram"]
    chunks = S // M
    x = F.batch_norm(x.transpose(1, 3), p["bn0.running_mean"], p["bn0.running_var"], p["bn0.weight"], p["bn0.bias"], False, 0, 1e-5).transpose(1, 3)
    if x.shape[2] < chunks * S:
        x = F.interpolate(x, (chunks * S, x.shape[3]), mode="bicubic", align_corners=True)
    B = x.shape[0]
    x = x.permute(0, 1, 3, 2).contiguous().reshape(B, 1, M, chunks, S).permute(0, 1, 3, 2, 4).contiguous()
    return x.reshape(B, 1, chunks * M, S)


def htsat(p, c, made, x, tap):
    """x [B,1,T,M], log-mel in dB"""
    all_stages = stages(c)
    x = embed(p, c, picture(p, c, x))
    for s, (stage, buffer) in enumerate(zip(all_stages, made)):
        G = stage["side"]
        for b in range(len(stage["shifts"])):
            at = f"layers.{s}.blocks.{b}"
            B, N, D = x.shape
            y = windowed(p, at, norm(p, f"{at}.norm1", x).view(B, G, G, D), stage, buffer, b, False)
            x = x + y.view(B, N, D)
            x = x + mlp(p, f"{at}.mlp", norm(p, f"{at}.norm2", x))
            tap(s, b, x)
        if s + 1 < len(all_stages):
            y = neighbours(x.view(x.shape[0], G, G, -1))
            x = F.linear(norm(p, f"layers.{s}.downsample.norm", y), p[f"layers.{s}.downsample.reduction.weight"]).flatten(1, 2)


trunks = {"swinv2": swinv2, "htsat": htsat}
inputs = {"swinv2": "pixels", "htsat": "logmel"}


def blocks(c):
    return [(s, b) for s, depth in enumerate(c["depths"]) for b in range(depth)]


def taps(p, c, made, x, wanted):
    """What the wanted blocks give, each [B,N,D]."""
    found = {}

    def tap(s, b, value):
        if (s, b) in wanted:
            found[f"layers.{s}.blocks.{b}"] = value

    with torch.inference_mode():
        trunks[c["kind"]](p, c, made, x, tap)
    return found


# ---------------------------------------------------------------- files


def store(path, tensors):
    """Safetensors of f32, one tensor after another."""
    header, end = {}, 0
    for name, x in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(x.shape), "data_offsets": [end, end + 4 * x.numel()]}
        end += 4 * x.numel()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for x in tensors.values():
            file.write(memoryview(x.contiguous().numpy()).cast("B"))


def random_input(c, batch, generator):
    if c["kind"] == "swinv2":
        return torch.randn((batch, 3, c["image"], c["image"]), generator=generator)
    frames = 1001 * c["spectrogram"] ** 2 // c["mels"] // 1024  # ten seconds, or as much of it as a smaller picture is of the published one
    return -40 + 20 * torch.randn((batch, 1, frames, c["mels"]), generator=generator)


def main(words):
    from pytorch_molt import load
    c = json.load(open(words[1]))
    if words[0] == "write":
        generator = torch.Generator().manual_seed(int(words[2]))
        store(words[3], {name: drawn(name, sizes, generator) for name, sizes in declared(c).items()})
    elif words[0] == "input":
        store(words[4], {inputs[c["kind"]]: random_input(c, int(words[2]), torch.Generator().manual_seed(int(words[3])))})
    else:
        store(words[4], taps(load(words[2]), c, buffers(c), load(words[3])[inputs[c["kind"]]], blocks(c)))


if __name__ == "__main__":
    main(sys.argv[1:])
