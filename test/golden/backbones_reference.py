"""Golden values of tiny Swin-V2 and HTS-AT trunks: image or spectrogram in, the output of every block out, in float64.

idea:   the formulas are written here over a dictionary of named weights; `transformers` runs beside them as a second opinion.
laws:   every run compares each stage with `Swinv2Model` and `ClapAudioModel` and fails on a difference.
not:    trained weights, or anything of the training mode: no drop-path, BatchNorm by its running statistics.
source: Liu et al. 2022 (Swin-V2, names of timm 1.x), Chen et al. 2022 (HTS-AT, names of the original release without `sed_model.`).

One deviation: `transformers` adds Swin-V2's shift mask twice (-200 in all). The golden values have it once (-100), as timm and the original;
the comparison is made with -200, so all else is checked. With a large logit scale the two differ (see the printed line).

Usage:  python backbones_reference.py      writes backbones/<case>/{config.json,{weights,input,output}.safetensors}
"""
import json, math, pathlib, zlib
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent / "backbones"


# ---------------------------------------------------------------- windows, shared by both generations of Swin

def window_of(grid, window, block):
    """(window, shift) of a block: the window is clamped to the grid, and a window as large as the grid is never shifted."""
    if grid <= window:
        return grid, 0
    return window, window // 2 if block % 2 == 1 else 0


def in_windows(x, grid, w, s, attend):
    """Roll by -s, cut x [B,N,D] into windows of w*w tokens, attend within each [B,nW,w*w,D], and undo both."""
    B, N, D = x.shape
    n = grid // w
    x = torch.roll(x.reshape(B, grid, grid, D), (-s, -s), (1, 2))
    x = x.reshape(B, n, w, n, w, D).permute(0, 1, 3, 2, 4, 5).reshape(B, n * n, w * w, D)
    x = attend(x)
    x = x.reshape(B, n, n, w, w, D).permute(0, 1, 3, 2, 4, 5).reshape(B, grid, grid, D)
    return torch.roll(x, (s, s), (1, 2)).reshape(B, N, D)


def shift_mask(grid, w, s, value):
    """[nW, w*w, w*w]: `value` between tokens that only the roll made neighbours, 0 elsewhere."""
    n = grid // w
    if s == 0:
        return torch.zeros(n * n, w * w, w * w)
    axis = torch.tensor([0] * (grid - w) + [1] * (w - s) + [2] * s)
    label = (3 * axis[:, None] + axis[None, :]).reshape(n, w, n, w).permute(0, 2, 1, 3).reshape(n * n, w * w)
    return torch.where(label[:, :, None] != label[:, None, :], value, 0.0)


def offset_index(w):
    """[w*w, w*w]: row of the offset table for the pair (i, j), offset = position of i minus position of j."""
    r, c = (t.flatten() for t in torch.meshgrid(torch.arange(w), torch.arange(w), indexing="ij"))
    return (r[:, None] - r[None, :] + w - 1) * (2 * w - 1) + (c[:, None] - c[None, :] + w - 1)


def split_heads(x, heads):
    return x.unflatten(-1, (heads, -1)).transpose(-2, -3)  # [B,nW,n,D] -> [B,nW,H,n,K]


def neighbours(x, grid):
    """[B,N,C] -> [B,N/4,4C], the four neighbours in the order (r0c0)(r1c0)(r0c1)(r1c1)."""
    B, N, C = x.shape
    x = x.reshape(B, grid, grid, C)
    return torch.cat([x[:, 0::2, 0::2], x[:, 1::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 1::2]], -1).reshape(B, N // 4, 4 * C)


def norm(p, name, x):
    return F.layer_norm(x, x.shape[-1:], p[f"{name}.weight"], p[f"{name}.bias"], 1e-5)


def linear(p, name, x):
    return F.linear(x, p[f"{name}.weight"], p.get(f"{name}.bias"))


def mlp(p, name, x):
    return linear(p, f"{name}.fc2", F.gelu(linear(p, f"{name}.fc1", x)))


def patches(p, x, patch):
    return norm(p, "patch_embed.norm", F.conv2d(x, p["patch_embed.proj.weight"], p["patch_embed.proj.bias"], stride=patch).flatten(2).transpose(1, 2))


# ---------------------------------------------------------------- Swin-V2

def swinv2_bias(p, at, w):
    """Continuous relative position bias [heads, w*w, w*w]."""
    c = torch.arange(-(w - 1), w, dtype=p[f"{at}.cpb_mlp.0.weight"].dtype) * 8 / max(w - 1, 1)
    g = torch.sign(c) * torch.log2(c.abs() + 1) / math.log2(8)
    pairs = torch.stack(torch.meshgrid(g, g, indexing="ij"), -1).reshape(-1, 2)
    table = linear(p, f"{at}.cpb_mlp.2", torch.relu(linear(p, f"{at}.cpb_mlp.0", pairs)))
    return 16 * torch.sigmoid(table[offset_index(w)]).permute(2, 0, 1)


def swinv2_attention(p, at, x, grid, heads, w, s, mask):
    """What the first half of a block adds."""
    def attend(t):
        D = t.shape[-1]
        bias = torch.cat([p[f"{at}.attn.q_bias"], torch.zeros(D, dtype=t.dtype), p[f"{at}.attn.v_bias"]])
        q, k, v = (split_heads(part, heads) for part in F.linear(t, p[f"{at}.attn.qkv.weight"], bias).chunk(3, -1))
        q, k = (y / y.norm(dim=-1, keepdim=True).clamp(min=1e-12) for y in (q, k))
        scale = torch.exp(p[f"{at}.attn.logit_scale"].clamp(max=math.log(100)))
        logits = scale * (q @ k.transpose(-1, -2)) + swinv2_bias(p, f"{at}.attn", w) + shift_mask(grid, w, s, mask)[:, None]
        return linear(p, f"{at}.attn.proj", (torch.softmax(logits, -1) @ v).transpose(-2, -3).flatten(-2))

    return norm(p, f"{at}.norm1", in_windows(x, grid, w, s, attend))


def swinv2_mlp(p, at, x):
    """What the second half of a block adds."""
    return norm(p, f"{at}.norm2", mlp(p, f"{at}.mlp", x))


def swinv2_block(p, at, x, grid, heads, w, s, mask):
    x = x + swinv2_attention(p, at, x, grid, heads, w, s, mask)
    return x + swinv2_mlp(p, at, x)


def swinv2(p, c, image, mask=-100.0):
    out, grid = {}, c["image"] // c["patch"]
    x = out["patches"] = patches(p, image, c["patch"])
    for s, (depth, heads) in enumerate(zip(c["depths"], c["heads"])):
        if s > 0:
            x = out[f"merged.{s}"] = norm(p, f"layers.{s}.downsample.norm", linear(p, f"layers.{s}.downsample.reduction", neighbours(x, grid)))
            grid //= 2
        for b in range(depth):
            x = out[f"taps.{s}.{b}"] = swinv2_block(p, f"layers.{s}.blocks.{b}", x, grid, heads, *window_of(grid, c["window"], b), mask)
    out["norm"] = norm(p, "norm", x)
    return out


def swinv2_shapes(c):
    D = c["channels"]
    shapes = {"patch_embed.proj.weight": (D, 3, c["patch"], c["patch"]), "patch_embed.proj.bias": (D,), "patch_embed.norm.weight": (D,), "patch_embed.norm.bias": (D,)}
    for s, (depth, heads) in enumerate(zip(c["depths"], c["heads"])):
        D = c["channels"] * 2 ** s
        if s > 0:
            shapes |= {f"layers.{s}.downsample.reduction.weight": (D, 2 * D), f"layers.{s}.downsample.norm.weight": (D,), f"layers.{s}.downsample.norm.bias": (D,)}
        for b in range(depth):
            shapes |= {f"layers.{s}.blocks.{b}.{k}": v for k, v in {
                "attn.logit_scale": (heads, 1, 1), "attn.q_bias": (D,), "attn.v_bias": (D,),
                "attn.cpb_mlp.0.weight": (512, 2), "attn.cpb_mlp.0.bias": (512,), "attn.cpb_mlp.2.weight": (heads, 512),
                "attn.qkv.weight": (3 * D, D), **block_shapes(D)}.items()}
    return shapes | {"norm.weight": (D,), "norm.bias": (D,)}


def block_shapes(D):
    return {"attn.proj.weight": (D, D), "attn.proj.bias": (D,), "norm1.weight": (D,), "norm1.bias": (D,), "norm2.weight": (D,), "norm2.bias": (D,),
            "mlp.fc1.weight": (4 * D, D), "mlp.fc1.bias": (4 * D,), "mlp.fc2.weight": (D, 4 * D), "mlp.fc2.bias": (D,)}


# ---------------------------------------------------------------- HTS-AT

def htsat_block(p, at, x, grid, heads, w, s, mask):
    def attend(t):
        q, k, v = (split_heads(part, heads) for part in linear(p, f"{at}.attn.qkv", t).chunk(3, -1))
        bias = p[f"{at}.attn.relative_position_bias_table"][offset_index(w)].permute(2, 0, 1)
        logits = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5 + bias + shift_mask(grid, w, s, mask)[:, None]
        return linear(p, f"{at}.attn.proj", (torch.softmax(logits, -1) @ v).transpose(-2, -3).flatten(-2))

    x = x + in_windows(norm(p, f"{at}.norm1", x), grid, w, s, attend)
    return x + mlp(p, f"{at}.mlp", norm(p, f"{at}.norm2", x))


def htsat(p, c, spectrogram, mask=-100.0):
    """spectrogram [B,1,T,mels] in dB; rows of the image are chunk*mels + mel, columns the time inside the chunk."""
    out, side, mels = {}, c["spectrogram"], c["mels"]
    chunks = side // mels
    x = out["normalised"] = (spectrogram - p["bn0.running_mean"]) / torch.sqrt(p["bn0.running_var"] + 1e-5) * p["bn0.weight"] + p["bn0.bias"]
    if x.shape[2] != chunks * side:
        x = F.interpolate(x, (chunks * side, mels), mode="bicubic", align_corners=True)
    B = x.shape[0]
    x = out["image"] = x.reshape(B, chunks, side, mels).transpose(2, 3).reshape(B, 1, chunks * mels, side)
    x = out["patches"] = patches(p, x, c["patch"])
    grid = side // c["patch"]
    for s, (depth, heads) in enumerate(zip(c["depths"], c["heads"])):
        if s > 0:
            x = out[f"merged.{s}"] = linear(p, f"layers.{s - 1}.downsample.reduction", norm(p, f"layers.{s - 1}.downsample.norm", neighbours(x, grid)))
            grid //= 2
        for b in range(depth):
            x = out[f"taps.{s}.{b}"] = htsat_block(p, f"layers.{s}.blocks.{b}", x, grid, heads, *window_of(grid, c["window"], b), mask)
    out["norm"] = norm(p, "norm", x)
    return out


def htsat_shapes(c):
    D, M = c["channels"], c["mels"]
    shapes = {f"bn0.{k}": (M,) for k in ("weight", "bias", "running_mean", "running_var")}
    shapes |= {"patch_embed.proj.weight": (D, 1, c["patch"], c["patch"]), "patch_embed.proj.bias": (D,), "patch_embed.norm.weight": (D,), "patch_embed.norm.bias": (D,)}
    grid = c["spectrogram"] // c["patch"]
    for s, (depth, heads) in enumerate(zip(c["depths"], c["heads"])):
        D = c["channels"] * 2 ** s
        for b in range(depth):
            w, _ = window_of(grid, c["window"], b)
            shapes |= {f"layers.{s}.blocks.{b}.{k}": v for k, v in {
                "attn.relative_position_bias_table": ((2 * w - 1) ** 2, heads), "attn.qkv.weight": (3 * D, D), "attn.qkv.bias": (3 * D,), **block_shapes(D)}.items()}
        if s + 1 < len(c["depths"]):
            shapes |= {f"layers.{s}.downsample.norm.weight": (4 * D,), f"layers.{s}.downsample.norm.bias": (4 * D,), f"layers.{s}.downsample.reduction.weight": (2 * D, 4 * D)}
        grid //= 2
    return shapes | {"norm.weight": (D,), "norm.bias": (D,)}


# ---------------------------------------------------------------- the second opinion

def of_swinv2(p, c):
    """The same weights under the names of transformers' Swinv2Model."""
    out = {}
    for k, t in p.items():
        k = k.replace("patch_embed.proj", "embeddings.patch_embeddings.projection").replace("patch_embed.norm", "embeddings.norm")
        part = k.split(".")
        if part[0] == "norm":
            k = f"layernorm.{part[1]}"
        elif part[0] == "layers" and part[2] == "downsample":
            k = ".".join(["encoder", "layers", str(int(part[1]) - 1), *part[2:]])
        elif part[0] == "layers":
            at, rest = ".".join(["encoder", *part[:4]]), ".".join(part[4:])
            if rest == "attn.qkv.weight":
                for name, x in zip(("query", "key", "value"), t.chunk(3)):
                    out[f"{at}.attention.self.{name}.weight"] = x
                continue
            for a, b in (("attn.q_bias", "attention.self.query.bias"), ("attn.v_bias", "attention.self.value.bias"), ("attn.logit_scale", "attention.self.logit_scale"),
                         ("attn.cpb_mlp", "attention.self.continuous_position_bias_mlp"), ("attn.proj", "attention.output.dense"), ("norm1", "layernorm_before"),
                         ("norm2", "layernorm_after"), ("mlp.fc1", "intermediate.dense"), ("mlp.fc2", "output.dense")):
                rest = rest.replace(a, b)
            k = f"{at}.{rest}"
        out[k] = t
    return out


def of_htsat(p, c):
    """The same weights under the names of transformers' ClapAudioModel."""
    out = {}
    for k, t in p.items():
        part = k.split(".")
        if part[0] == "bn0":
            k = f"batch_norm.{part[1]}"
        elif part[0] == "layers" and part[2] == "blocks":
            at, rest = ".".join(part[:4]), ".".join(part[4:])
            if rest.startswith("attn.qkv"):
                for name, x in zip(("query", "key", "value"), t.chunk(3)):
                    out[f"audio_encoder.{at}.attention.self.{name}.{part[-1]}"] = x
                continue
            for a, b in (("attn.relative", "attention.self.relative"), ("attn.proj", "attention.output.dense"), ("norm1", "layernorm_before"),
                         ("norm2", "layernorm_after"), ("mlp.fc1", "intermediate.dense"), ("mlp.fc2", "output.dense")):
                rest = rest.replace(a, b)
            k = f"{at}.{rest}"
        out[f"audio_encoder.{k}"] = t
    return out


def second_opinion(model, names, blocks, forward):
    """Loads `names` into `model` and returns the output of every block, called taps.{stage}.{block}."""
    missing, surplus = model.load_state_dict(names, strict=False)
    missing = [k for k in missing if not k.endswith(("relative_position_index", "num_batches_tracked"))]
    assert not missing and not surplus, (missing, surplus)
    taps = {}
    for s, layer in enumerate(blocks(model)):
        for b, block in enumerate(layer.blocks):
            block.register_forward_hook(lambda _m, _i, o, k=f"taps.{s}.{b}": taps.__setitem__(k, o[0] if isinstance(o, tuple) else o))
    with torch.no_grad():
        forward(model, taps)
    return taps


def check_swinv2(p, c, image):
    from transformers import Swinv2Config, Swinv2Model
    model = Swinv2Model(Swinv2Config(image_size=c["image"], patch_size=c["patch"], embed_dim=c["channels"], depths=c["depths"], num_heads=c["heads"],
                                     window_size=c["window"], layer_norm_eps=1e-5), add_pooling_layer=False).double().eval()

    def forward(m, taps):
        taps["norm"] = m(image).last_hidden_state

    return second_opinion(model, of_swinv2(p, c), lambda m: m.encoder.layers, forward)


def check_htsat(p, c, spectrogram):
    from transformers import ClapAudioConfig, ClapAudioModel
    model = ClapAudioModel(ClapAudioConfig(window_size=c["window"], num_mel_bins=c["mels"], spec_size=c["spectrogram"], patch_size=c["patch"], patch_stride=[c["patch"]] * 2,
                                           hidden_size=c["channels"] * 2 ** (len(c["depths"]) - 1), depths=c["depths"], num_attention_heads=c["heads"],
                                           patch_embeds_hidden_size=c["channels"], num_hidden_layers=len(c["depths"]))).double().eval()
    model.audio_encoder.norm.register_forward_hook(lambda _m, _i, o: found.__setitem__("norm", o))
    found = {}

    def forward(m, taps):
        m(spectrogram)
        taps |= found

    return second_opinion(model, of_htsat(p, c), lambda m: m.audio_encoder.layers, forward)


# ---------------------------------------------------------------- random numbers, files

def weight(case, name, shape):
    """Random, and away from every trivial value: norms are not 1 and 0, biases not 0, one logit scale lies above the clamp at ln 100."""
    draw = np.random.Generator(np.random.PCG64(zlib.crc32(f"{case}/{name}".encode()))).standard_normal(shape)
    if name == "bn0.running_mean":
        draw = -30 + 5 * draw
    elif name == "bn0.running_var":
        draw = 250 * np.exp(0.3 * draw)
    elif name.endswith("logit_scale"):
        draw = 2 + 0.5 * draw
        if name == "layers.0.blocks.1.attn.logit_scale":
            draw.flat[0] = 5.0
    elif name.endswith(("norm.weight", "norm1.weight", "norm2.weight", "bn0.weight")):
        draw = 1 + 0.2 * draw
    elif name.endswith("relative_position_bias_table"):
        draw = draw
    elif name.endswith("cpb_mlp.2.weight"):
        draw = 0.03 * draw
    elif name.endswith("weight"):
        draw = 1.2 * draw / math.sqrt(math.prod(shape[1:]))
    else:
        draw = 0.2 * draw
    return torch.from_numpy(np.asarray(draw, dtype=np.float32))


KINDS = {"swinv2": (swinv2_shapes, swinv2, check_swinv2), "htsat": (htsat_shapes, htsat, check_htsat)}


def write(case, config, x):
    shapes, trunk, check = KINDS[config["kind"]]
    weights = {k: weight(case, k, s) for k, s in shapes(config).items()}
    p, at = {k: w.double() for k, w in weights.items()}, x.double()
    out = trunk(p, config, at)
    other = check(p, config, at)
    # transformers' Swin-V2 has the mask twice and its offset table in float32: compare with -200 and to 1e-4.
    same = trunk(p, config, at, mask=-200.0) if config["kind"] == "swinv2" else out
    for k, t in other.items():
        torch.testing.assert_close(same[k], t.reshape(same[k].shape), rtol=1e-5, atol=1e-5 if config["kind"] == "swinv2" else 1e-9)
    twice = max((out[k] - same[k]).abs().max().item() for k in out)
    single = max((out[k] - t).abs().max().item() for k, t in trunk(weights, config, x).items())
    where = HERE / case
    where.mkdir(parents=True, exist_ok=True)
    (where / "config.json").write_text(json.dumps(config) + "\n")
    save_file(weights, where / "weights.safetensors")
    save_file({{"swinv2": "image", "htsat": "spectrogram"}[config["kind"]]: x}, where / "input.safetensors")
    save_file({k: t.float().contiguous() for k, t in out.items()}, where / "output.safetensors")
    print(f"{case:16} weights {sum(w.numel() for w in weights.values()):6d}  agrees with transformers on {len(other)} tensors; a doubled mask would change {twice:.1e}; "
          f"float32 arithmetic {single:.1e}")


def noise(case, shape):
    return np.random.Generator(np.random.PCG64(zlib.crc32(case.encode()))).standard_normal(shape)


def main():
    for case, config in (
            ("swinv2", {"kind": "swinv2", "image": 32, "patch": 4, "channels": 16, "depths": [2, 2], "heads": [2, 4], "window": 4}),
            # the window is larger than the grid of the last stage (2), and clamped to it
            ("swinv2-clamped", {"kind": "swinv2", "image": 32, "patch": 4, "channels": 8, "depths": [2, 1, 2], "heads": [2, 2, 4], "window": 4})):
        write(case, config, torch.from_numpy(noise(case, (2, 3, config["image"], config["image"])).astype(np.float32)))
    for case, config, frames in (
            ("htsat", {"kind": "htsat", "spectrogram": 64, "mels": 16, "patch": 4, "channels": 16, "depths": [2, 2], "heads": [2, 4], "window": 4}, 101),
            # no resize, and the window as large as the last grid: no shift there, as in the real model
            ("htsat-full-window", {"kind": "htsat", "spectrogram": 32, "mels": 8, "patch": 4, "channels": 8, "depths": [1, 2], "heads": [2, 4], "window": 4}, 128)):
        write(case, config, torch.from_numpy((-30 + 15 * noise(case, (2, 1, frames, config["mels"]))).astype(np.float32)))


if __name__ == "__main__":
    main()
