"""Golden values of tiny Swinv2Model and ClapAudioModel of transformers: their own weight files, an input, and the output of every block.

idea:   the model itself is asked; nothing of its formulas is written here. The weights are saved under the model's own names, so that a
        loader has to understand them.
not:    trained weights. Every parameter is random and away from its trivial value (norms are not 1 and 0, biases not 0).
source: transformers (see README.md for the version)

One deviation: transformers adds Swin-V2's shift mask twice (-200 in all; timm and Microsoft's release add it once). Both make the weight of
a masked pair vanish unless a head's logit scale is large, so in shifted blocks it stays below 16 here; the script prints what a single mask would change.

Usage:  python transformers_reference.py     writes transformers/<case>/{config.json,model.safetensors,golden.safetensors}
"""
import json, math, pathlib, zlib
import numpy as np
import torch
from safetensors.torch import save_file
from transformers import ClapAudioConfig, ClapAudioModel, Swinv2Config, Swinv2Model
from transformers.models.swinv2 import modeling_swinv2

HERE = pathlib.Path(__file__).resolve().parent / "transformers"
COUNTED = ("num_batches_tracked", "relative_position_index")


def noise(case, name, shape):
    return np.random.Generator(np.random.PCG64(zlib.crc32(f"{case}/{name}".encode()))).standard_normal(shape)


def weight(case, name, shape):
    draw = noise(case, name, tuple(shape))
    if name.endswith("running_mean"):
        draw = -30 + 5 * draw
    elif name.endswith("running_var"):
        draw = 250 * np.exp(0.3 * draw)
    elif name.endswith("logit_scale"):
        draw = np.clip(2 + 0.4 * draw, 1.5, math.log(16))
        if "layers.0.blocks.0" in name:
            draw.flat[0] = 5.0  # above the clamp at ln 100, in an unshifted block
    elif "norm" in name and name.endswith("weight"):
        draw = 1 + 0.2 * draw
    elif name.endswith("relative_position_bias_table"):
        pass
    elif name.endswith("position_bias_mlp.2.weight"):
        draw = 0.03 * draw
    elif name.endswith("weight"):
        draw = 0.8 * draw / math.sqrt(math.prod(shape[1:]))
    else:
        draw = 0.2 * draw
    return torch.from_numpy(np.asarray(draw, dtype=np.float32))


def swinv2(c):
    return Swinv2Model(Swinv2Config(image_size=c["image"], patch_size=c["patch"], embed_dim=c["channels"], depths=c["depths"], num_heads=c["heads"], window_size=c["window"],
                                    pretrained_window_sizes=c.get("pretrainedWindows", [0] * len(c["depths"])), layer_norm_eps=1e-5), add_pooling_layer=False)


def htsat(c):
    return ClapAudioModel(ClapAudioConfig(window_size=c["window"], num_mel_bins=c["mels"], spec_size=c["spectrogram"], patch_size=c["patch"], patch_stride=[c["patch"]] * 2,
                                          hidden_size=c["channels"] * 2 ** (len(c["depths"]) - 1), depths=c["depths"], num_attention_heads=c["heads"],
                                          patch_embeds_hidden_size=c["channels"], num_hidden_layers=len(c["depths"])))


KINDS = {"swinv2": (swinv2, lambda m: (m.encoder.layers, m.layernorm), "pixels"), "htsat": (htsat, lambda m: (m.audio_encoder.layers, m.audio_encoder.norm), "logmel")}


def taps(model, parts, x):
    """Output of every block, before any merging, and of the final norm."""
    found, handles = {}, []
    layers, norm = parts(model)
    tap = lambda key: lambda _m, _i, o: found.__setitem__(key, (o[0] if isinstance(o, tuple) else o).detach())
    for s, layer in enumerate(layers):
        handles += [block.register_forward_hook(tap(f"layers.{s}.blocks.{b}")) for b, block in enumerate(layer.blocks)]
    handles.append(norm.register_forward_hook(tap("norm")))
    with torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    return found


def masked_by(factor, model, parts, x):
    """The same with another mask: the model adds its mask twice, so a factor of 1/2 adds it once."""
    layer = modeling_swinv2.Swinv2Layer
    given = layer.get_attn_mask
    other = lambda self, *a, **k: None if (mask := given(self, *a, **k)) is None else mask * factor
    layer.get_attn_mask = other
    try:
        return taps(model, parts, x)
    finally:
        layer.get_attn_mask = given


def write(case, config, sizes):
    make, parts, name = KINDS[config["kind"]]
    model = make(config).eval()
    state = {k: (t if k.endswith(COUNTED) else weight(case, k, t.shape)) for k, t in model.state_dict().items()}
    model.load_state_dict(state)
    x = torch.from_numpy(noise(case, name, sizes).astype(np.float32))
    if name == "logmel":
        x = -30 + 15 * x
    single = taps(model, parts, x)
    model.double()
    for module in model.modules():  # the offsets are made in float32 when the model is built
        if hasattr(module, "relative_coords_table"):
            module.relative_coords_table = module.create_coords_table_and_index()[0]
    found = taps(model, parts, x.double())
    note = ""
    if config["kind"] == "swinv2":
        once, never = ({k: (found[k] - t).abs().max().item() for k, t in masked_by(factor, model, parts, x.double()).items()} for factor in (0.5, 0.0))
        assert max(never.values()) > 1e-2, "no mask matters here"
        note = f"; a single mask changes {max(once.values()):.1e}, none {max(never.values()):.1e}"
    where = HERE / case
    where.mkdir(parents=True, exist_ok=True)
    (where / "config.json").write_text(json.dumps(config) + "\n")
    save_file({k: t.contiguous() for k, t in state.items()}, where / "model.safetensors", metadata={"format": "pt"})
    save_file({name: x, **{k: t.float().contiguous() for k, t in found.items()}}, where / "golden.safetensors")
    kilobytes = sum(f.stat().st_size for f in where.iterdir()) / 1000
    print(f"{case:18} {len(found)} tensors, {kilobytes:.0f} kB; float32 arithmetic {max((found[k] - single[k]).abs().max().item() for k in found):.1e}{note}")


def main():
    swin = {"kind": "swinv2", "patch": 4, "channels": 8}
    # grids 8, 4, 2 with windows 4, 4, 2: shifted blocks in stage 0, a window that covers the grid, a clamped one
    write("swinv2", swin | {"image": 32, "depths": [3, 1, 2], "heads": [2, 2, 4], "window": 4}, (2, 3, 32, 32))
    # grids 12, 6: windows of 3 on both, shifted by 1 in odd blocks; offsets scaled for other windows than those in use
    write("swinv2-pretrained", swin | {"image": 48, "depths": [2, 3], "heads": [2, 2], "window": 3, "pretrainedWindows": [6, 4]}, (2, 3, 48, 48))
    audio = {"kind": "htsat", "spectrogram": 64, "mels": 16, "patch": 4, "channels": 8, "depths": [3, 1, 2], "heads": [2, 2, 4], "window": 4}
    # grids 16, 8, 4: shifts in stages 0 and 1, none in stage 2, whose window covers the grid
    write("htsat", audio, (1, 1, 101, 16))
    # 128 frames fill the picture: no stretching
    write("htsat-full", audio | {"spectrogram": 32, "mels": 8, "depths": [3, 2], "heads": [1, 2]}, (2, 1, 128, 8))


if __name__ == "__main__":
    main()
