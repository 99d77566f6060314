"""Golden values of the decoders of masks, in float64 PyTorch, written apart from the TypeScript: parts, logits, losses, gradients; and of the metrics.

idea:   torch's own conv2d, conv3d, interpolate, batch_norm and LSTM hold our numbers. TPAVI makes its whole attention here, n x n. Metrics are numpy
        (thresholds: torch), pixel by pixel and threshold by threshold.
source: AVSBench arXiv:2207.05042, LAVisH arXiv:2212.07983 and DG-SCT arXiv:2311.05152, without dropout.

Usage:  python avs_reference.py      writes avs/<case>.safetensors (in.*, w.*, out.*, g.* gradients of out.loss) and avs-metrics.safetensors
"""
import pathlib
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file
from heads_reference import bilstm, decoder_layer, encoder_layer, linear, numbers, write

HERE = pathlib.Path(__file__).resolve().parent


def pictures(x):
    """Clips [B, T, H, W, C] as torch's pictures [BT, C, H, W]."""
    return x.flatten(0, 1).permute(0, 3, 1, 2)


def clips(x, like):
    """Back again, with the clips of like."""
    return x.permute(0, 2, 3, 1).unflatten(0, like.shape[:2])


def conv(w, at, x, o, dilation=1):
    """x [N, I, H, W]; our weight is [row, column, in, out]."""
    weight = w(f"{at}.weight", 3, 3, x.shape[1], o, scale=0.15).permute(3, 2, 0, 1)
    return F.conv2d(x, weight, w(f"{at}.bias", o), padding=dilation, dilation=dilation)


def power(outs):
    return outs | {"loss": sum((o ** 2).mean() for o in outs.values())}


def convolution(w, x):
    p = pictures(x)
    return power({"plain": clips(conv(w, "plain", p, 4), x), "wide": clips(conv(w, "wide", p, 2, 3), x)})


def resizing(w):
    x = w("picture", 2, 6, 6, 3).permute(0, 3, 1, 2)
    to = lambda side, **how: F.interpolate(x, size=(side, side), **how).permute(0, 2, 3, 1)
    return power({"cubic": to(7, mode="bicubic"), "shrunk": to(4, mode="bicubic"), "cubic-aligned": to(9, mode="bicubic", align_corners=True),
                  "linear": to(12, mode="bilinear"), "linear-aligned": to(12, mode="bilinear", align_corners=True)})


def tpavi(w, at, x, a, inner, statistics):
    B, T, H, W, D = x.shape
    clip = x.permute(0, 4, 1, 2, 3)
    audio = linear(w, f"{at}.align", a, D)
    sound = audio.permute(0, 2, 1)[:, :, :, None, None].expand(B, D, T, H, W)

    def pointwise(name, y, o):
        weight, bias = {"query": (0.8, 0.1), "out": (4, 0.1)}.get(name, (0.8, 0.4))   # the batch norm behind them divides by no small number
        return F.conv3d(y, w(f"{at}.{name}.weight", y.shape[1], o, scale=weight).T[:, :, None, None, None], w(f"{at}.{name}.bias", o, scale=bias))

    query, key, value = (pointwise(n, y, inner).flatten(2) for n, y in (("query", clip), ("key", sound), ("value", clip)))
    attention = query.transpose(1, 2) @ key / (T * H * W)
    y = pointwise("out", (attention @ value.transpose(1, 2)).transpose(1, 2).unflatten(2, (T, H, W)), D)
    weight, bias = w(f"{at}.batch.weight", D), w(f"{at}.batch.bias", D)
    if statistics == "batch":
        y = F.batch_norm(y, None, None, weight, bias, training=True)
    else:
        mean, variance = w.given(f"{at}.batch.mean", D), w.given(f"{at}.batch.variance", D)
        y = F.batch_norm(y, mean, variance, weight, bias, training=False)
    z = F.layer_norm((clip + y).permute(0, 2, 3, 4, 1), (D,), w(f"{at}.norm.weight", D), w(f"{at}.norm.bias", D))
    return z, audio


def tpavi_case(statistics):
    def run(w, x, a):
        z, audio = tpavi(w, "tpavi", x, a, 2, statistics)
        return power({"map": z, "audio": audio})
    return run


def rcu(w, at, x):
    D = x.shape[1]
    r = torch.relu(x)
    return r + conv(w, f"{at}.second", torch.relu(conv(w, f"{at}.first", r, D)), D)


def up(x, aligned):
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=aligned)


def fpn(w, at, maps):
    rcu(w, f"{at}.3.unused", maps[3])   # declared, never called
    p = up(rcu(w, f"{at}.3.merged", maps[3]), True)
    for k in (2, 1, 0):
        p = up(rcu(w, f"{at}.{k}.merged", p + rcu(w, f"{at}.{k}.own", maps[k])), True)
    return p


def masks(w, maps, audio):
    """maps [B, T, H, W, E] -> logits [B, T, 32G, 32G], rectified maps, sounds."""
    heard = [tpavi(w, f"masks.tpavi.{k}", x, audio, 2, "batch") for k, x in enumerate(maps)]
    p = fpn(w, "masks.fpn", [pictures(z) for z, _ in heard])
    y = conv(w, "masks.out.second", up(conv(w, "masks.out.first", p, 3), False), 2)
    last = F.conv2d(torch.relu(y), w("masks.out.last.weight", 2, 1).T[:, :, None, None], w("masks.out.last.bias", 1))
    return last[:, 0].unflatten(0, maps[0].shape[:2]), [torch.relu(z) for z, _ in heard], [a for _, a in heard]


def fit(w, at, x, o, side):
    y = pictures(linear(w, at, x, o))
    return F.interpolate(y, size=(side, side), mode="bicubic", align_corners=False)


def decoder(w, stages, sound):
    """Any gate of a scale may stand where the temporal stack stands: here sigmoids of linear maps."""
    E, sides = 4, (8, 4, 2, 1)
    heard = linear(w, "audio", sound, 5)
    maps = [clips(fit(w, f"project.{k}", x, E, side), x) for k, (x, side) in enumerate(zip(stages, sides))]
    seen, gated = 0, []
    for k, x in enumerate(maps):
        g_v = torch.sigmoid(linear(w, f"gating.{k}.visual", x.mean((2, 3)), 1))
        g_a = torch.sigmoid(linear(w, f"gating.{k}.audio", heard, 1))
        gated.append(x * (1 + 0.05 * g_a[:, :, None, None]))
        seen = seen + g_v / 4
    return masks(w, gated, heard * (1 + 0.05 * seen))


def avs_s4(w, sound, mask, **stages):
    logits, _, _ = decoder(w, [stages[f"stage{k}"] for k in range(4)], sound)
    return {"logits": logits, "loss": F.binary_cross_entropy(torch.sigmoid(logits[:, 0]), mask)}


def avs_ms3(w, sound, mask, **stages):
    logits, maps, audio = decoder(w, [stages[f"stage{k}"] for k in range(4)], sound)
    match = 0
    for x, a in zip(maps, audio):
        x, a = pictures(x), a.flatten(0, 1)
        shown = (x * torch.sigmoid(F.adaptive_avg_pool2d(logits.flatten(0, 1)[:, None], x.shape[-2:]))).mean(-1).mean(-1)
        shown, a = F.normalize(shown, dim=-1), F.normalize(a, dim=-1)
        match = match + F.kl_div(shown.softmax(-1).log(), a.softmax(-1), reduction="sum") / 4
    return {"match": match, "loss": F.binary_cross_entropy(torch.sigmoid(logits), mask) + 0.5 * match}


def lavish_avs(w, sound, mask, **stages):
    E, sides = 4, (8, 4, 2, 1)
    maps = []
    for k, (x, o, side) in enumerate(zip(stages.values(), (2, 3, 4, 5), sides)):
        y = fit(w, f"project.{k}", x, o, side)
        maps.append(clips(sum(conv(w, f"widen.{k}.{i}", y, E, d) for i, d in enumerate((3, 6, 12, 18))), x))
    logits, _, _ = masks(w, maps, linear(w, "audio", sound, 5))
    return {"logits": logits, "loss": F.binary_cross_entropy(torch.sigmoid(logits[:, 0]), mask)}


def gating(w, v, a):
    s = dict(d=4, h=2, m=3)
    seen = bilstm(w, "visual.lstm", torch.relu(linear(w, "visual.input", v, 4)), 2)
    heard = bilstm(w, "audio.lstm", a, 3)
    outs = {}
    for m, x in (("visual", seen), ("audio", heard)):
        y = linear(w, f"{m}.encode.input", x, s["d"])
        encoder_layer(w, f"{m}.encode.unused", y, s["h"], s["m"])
        z = linear(w, f"{m}.decode.input", x, s["d"])
        for name in ("layer", "unused"):     # run by the released class, whose result nobody reads
            decoder_layer(w, f"{m}.decode.{name}", z, z, s["h"], s["m"])
        for i in range(2):
            y = encoder_layer(w, f"{m}.encode.layers.{i}", y, s["h"], s["m"])
        outs[m] = torch.sigmoid(linear(w, f"{m}.gate", y, 1)).squeeze(-1)
    return power(outs)


def stages(case, B, T, S, C):
    return {f"stage{k}": numbers(case, f"stage{k}", B, T, S * 2 ** (3 - k), S * 2 ** (3 - k), C * 2 ** k) for k in range(4)}


def mask(case, *sizes):
    return (numbers(case, "mask", *sizes) > 0.3).double()


CASES = {
    "convolution": (convolution, {"x": numbers("convolution", "x", 2, 2, 5, 7, 3)}),
    "resize": (resizing, {}),
    "tpavi-batch": (tpavi_case("batch"), {"x": numbers("tpavi", "x", 2, 3, 4, 4, 6), "a": numbers("tpavi", "a", 2, 3, 5)}),
    "tpavi-given": (tpavi_case("given"), {"x": numbers("tpavi", "x", 2, 3, 4, 4, 6), "a": numbers("tpavi", "a", 2, 3, 5)}),
    "gating": (gating, {"v": numbers("gating", "v", 2, 3, 4), "a": numbers("gating", "a", 2, 3, 5)}),
    "avs-s4": (avs_s4, stages("avs-s4", 2, 2, 2, 2) | {"sound": numbers("avs-s4", "sound", 2, 2, 3), "mask": mask("avs-s4", 2, 32, 32)}),
    "avs-ms3": (avs_ms3, stages("avs-ms3", 2, 2, 2, 2) | {"sound": numbers("avs-ms3", "sound", 2, 2, 3), "mask": mask("avs-ms3", 2, 2, 32, 32)}),
    "lavish-avs": (lavish_avs, stages("lavish-avs", 2, 2, 2, 2) | {"sound": numbers("lavish-avs", "sound", 2, 2, 3), "mask": mask("lavish-avs", 2, 32, 32)}),
}


def jaccard(scores, masks):
    """One clip [T, H, W]."""
    total = 0.0
    for p, g in zip(scores > np.float32(0.5), masks > 0):
        inter, union = (p & g).sum(), (p | g).sum()
        if not g.any():
            inter, union = (~p).sum(), p.size
        total += inter / (union + 1e-7)
    return total / len(scores)


def f_score(scores, masks, thresholds):
    """One batch of frames [N, H, W]."""
    curves = []
    for p, g in zip(scores, masks > 0):
        if not g.any():
            continue
        curve = []
        for t in thresholds:
            over = p >= t
            hits = (over & g).sum()
            precision, recall = hits / (over.sum() + 1e-20), hits / (g.sum() + 1e-20)
            curve.append(1.3 * precision * recall / (0.3 * precision + recall) if hits > 0 else 0.0)
        curves.append(curve)
    return np.mean(curves, 0).max() if curves else 0.0


def metrics():
    """Six clips of five frames of 12 x 10, batches of one clip and of four; frames and whole clips without any mask, thresholds hit exactly."""
    rng = np.random.default_rng(5)
    logits = (rng.standard_normal((6, 5, 12, 10)) * 2).astype(np.float32)
    masks = (logits + rng.standard_normal(logits.shape) * 3 > 1).astype(np.uint8)
    masks[0, 2] = 0
    masks[3] = 0
    logits[3, 1] = -4
    logits[4, 0] = 0
    logits[5, 0, 0] = 40
    logits[5, 1, 0] = -120
    scores = torch.sigmoid(torch.from_numpy(logits)).numpy()
    thresholds = torch.linspace(0, 1 - 1e-10, 255).numpy()
    flat = lambda x, n: [x[i:i + n].reshape(-1, 12, 10) for i in range(0, len(x), n)]
    one, four = ([f_score(p, g, thresholds) for p, g in zip(flat(scores, n), flat(masks, n))] for n in (1, 4))
    save_file({"logits": logits, "masks": masks.astype(np.int32), "scores": scores, "thresholds": thresholds,
               "jaccard": np.array([jaccard(p, g) for p, g in zip(scores, masks)], np.float32),
               "f1": np.array(one, np.float32), "f4": np.array(four, np.float32)}, HERE / "avs-metrics.safetensors")
    print("metrics", np.mean([jaccard(p, g) for p, g in zip(scores, masks)]), np.mean(one), np.mean(four))


if __name__ == "__main__":
    write(HERE / "avs", CASES)
    metrics()
