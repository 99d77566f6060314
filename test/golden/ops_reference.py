"""Golden values of single operations, their gradients, and five steps of Adam and AdamW, by PyTorch in float64.

idea:   `op.x` in, `op.y` out; `op.dy` is the gradient that arrives at y and `op.dx` (and `op.dweight`, ...) what leaves.
source: torch.softmax, F.layer_norm, F.gelu (erf form), torch.erf, torch.optim.Adam, torch.optim.AdamW; TOR by equation 8.

Usage:  python ops_reference.py            writes ops.safetensors
"""
import pathlib
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

draw = np.random.Generator(np.random.PCG64(11))
out = {}


def normal(*shape, std=1.0):
    return torch.from_numpy((draw.standard_normal(shape) * std).astype(np.float32)).double()


def op(name, f, **inputs):
    """Records inputs, output, a random gradient of the output, and the gradients of the inputs."""
    leaves = {k: t.clone().requires_grad_() for k, t in inputs.items()}
    y = f(**leaves)
    dy = normal(*y.shape)
    grads = torch.autograd.grad(y, list(leaves.values()), dy)
    out.update({f"{name}.{k}": t for k, t in inputs.items()} | {f"{name}.y": y.detach(), f"{name}.dy": dy})
    out.update({f"{name}.d{k}": g for k, g in zip(leaves, grads)})


def optimizer(name, kind, **options):
    w0, gs = normal(6), normal(5, 6)
    gs[2] = 0  # a step without gradient still moves
    w = w0.clone().requires_grad_()
    o, path = kind([w], **options), []
    for g in gs:
        w.grad = g.clone()
        o.step()
        path.append(w.detach().clone())
    values = [options["lr"], *options["betas"], options["eps"], options["weight_decay"]]
    out.update({f"{name}.options": torch.tensor(values, dtype=torch.float64), f"{name}.w0": w0, f"{name}.grads": gs, f"{name}.w": torch.stack(path)})


def tor(x):
    """Equation 8 as a sum; the cosine divides by max(norm, 1e-12), so a zero token stays zero and counts 1."""
    u = x / x.norm(dim=-1, keepdim=True).clamp(min=1e-12)
    return ((u @ u.transpose(1, 2) - torch.eye(x.shape[1], dtype=x.dtype)) ** 2).sum((1, 2))


def main():
    op("softmax", lambda x: torch.softmax(x, -1), x=normal(4, 7, std=2))
    op("softmaxWide", lambda x: torch.softmax(x, -1), x=torch.tensor([[1e4, -1e4, 0, 9999], [-1e4, -1e4, -1e4, -1e4], [80, -80, 79, 0], [0, 0, 0, 0]], dtype=torch.float64))
    op("layerNorm", lambda x, weight, bias: F.layer_norm(x, (9,), weight, bias, 1e-5), x=normal(3, 5, 9, std=3) + 2, weight=normal(9), bias=normal(9))
    op("layerNormFlat", lambda x, weight, bias: F.layer_norm(x, (4,), weight, bias, 1e-5),
       x=torch.tensor([[3, 3, 3, 3], [1000, 1001, 999, 1000]], dtype=torch.float64), weight=normal(4), bias=normal(4))
    line = torch.linspace(-6, 6, 97, dtype=torch.float64)  # steps of 1/8: exact in float32
    op("gelu", lambda x: F.gelu(x), x=line)
    op("erf", torch.erf, x=line)
    zero = normal(2, 4, 5)
    zero[0, 1] = 0
    op("tor", tor, x=zero)
    optimizer("adam", torch.optim.Adam, lr=0.05, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)
    optimizer("adamw", torch.optim.AdamW, lr=0.05, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1)
    assert all(torch.isfinite(t).all() for t in out.values())
    save_file({k: t.float().contiguous() for k, t in out.items()}, pathlib.Path(__file__).resolve().parent / "ops.safetensors")
    print({k: tuple(t.shape) for k, t in out.items()})
    print("tor", out["tor.y"], out["tor.dx"][0, 1])


if __name__ == "__main__":
    main()
