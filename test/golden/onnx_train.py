"""Trains an exported step in Python's ONNX Runtime and prints the losses as JSON.

    python onnx_train.py STEP.onnx START.safetensors DATA.safetensors RATE

DATA holds every input of the data with an axis of steps in front. Moments start at zero, steps count from 1. Also runs the official checker.
Needs numpy, onnx, onnxruntime, safetensors (made with 2.3, 1.23.1, 1.30.0, 0.8.0).
"""
import json, sys

import numpy as np
import onnx
import onnxruntime as ort
from safetensors.numpy import load_file


def main(model, start, data, rate):
    onnx.checker.check_model(model, full_check=True)
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    weights, batches = load_file(start), load_file(data)
    names = [o.name for o in session.get_outputs()]
    state = dict(weights)
    for name, w in weights.items():
        state[f"first.{name}"] = np.zeros_like(w)
        state[f"second.{name}"] = np.zeros_like(w)
    losses = []
    for step in range(next(iter(batches.values())).shape[0]):
        feeds = {name: value[step] for name, value in batches.items()}
        scalars = {"rate": np.array(rate, np.float32), "step": np.array(step + 1, np.int32)}
        results = dict(zip(names, session.run(names, {**state, **feeds, **scalars})))
        losses.append(float(results["loss"]))
        state = {name: results[f"next.{name}"] for name in state}
    print(json.dumps({"losses": losses, "onnx": onnx.__version__, "onnxruntime": ort.__version__}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]))
