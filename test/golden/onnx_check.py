"""Checks ONNX models of molt with the official checker, and their numbers with ONNX Runtime.

    python onnx_check.py CASES.jsonl       a case a line: name, model (base64), inputs, outputs, tolerance
    python onnx_check.py MODEL.onnx ...    files: the checker with full shape inference, and a session that loads

A case's values are {"dtype", "sizes", "data"}; f32 may differ by tolerance, relative to the greatest magnitude (or to 1); other types
must be equal. Every case runs with ORT's optimisations on and off. Prints a line for each failure and a summary; exit code 1 on failure.
Needs numpy, onnx and onnxruntime (made with 2.3, 1.23.1, 1.30.0). No other part of molt needs Python.
"""
import base64, collections, json, sys

import numpy as np
import onnx
import onnxruntime as ort

DTYPES = {"f32": np.float32, "i32": np.int32, "bool": np.bool_}


def array(value):
    return np.array(value["data"], dtype=np.float64).astype(DTYPES[value["dtype"]]).reshape(value["sizes"])


def session(model, optimised):
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL if optimised else ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def difference(found, wanted, tolerance):
    """Why two arrays are not the same, or None."""
    if found.dtype != wanted.dtype or found.shape != wanted.shape:
        return f"{found.dtype}{list(found.shape)} instead of {wanted.dtype}{list(wanted.shape)}"
    if wanted.size == 0:
        return None
    if wanted.dtype != np.float32:
        return None if np.array_equal(found, wanted) else f"{int((found != wanted).sum())} of {wanted.size} differ"
    scale = max(1.0, float(np.abs(wanted).max()))
    worst = float(np.abs(found.astype(np.float64) - wanted).max()) / scale
    return None if worst <= tolerance else f"off by {worst:.3g}, tolerance {tolerance:.3g}"


def shapes(model):
    """Outputs whose inferred sizes are not the declared ones."""
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    return [o.name for o, i in zip(model.graph.output, inferred.graph.output) if o.type != i.type]


def check(case):
    data = base64.b64decode(case["model"])
    model = onnx.load_from_string(data)
    onnx.checker.check_model(model, full_check=True)
    wrong = shapes(model)
    if wrong:
        return f"sizes of {wrong} are not what is inferred"
    inputs = {name: array(value) for name, value in case["inputs"].items()}
    for optimised in (False, True):
        results = session(data, optimised).run(list(case["outputs"]), inputs)
        for name, found in zip(case["outputs"], results):
            why = difference(np.asarray(found), array(case["outputs"][name]), case["tolerance"])
            if why is not None:
                return f"output {name}{' (optimised)' if optimised else ''}: {why}"
    return None


def check_file(path):
    onnx.checker.check_model(path, full_check=True)
    loaded = session(path, True)
    return f"{len(loaded.get_inputs())} inputs, {len(loaded.get_outputs())} outputs"


def main(paths):
    failed = passed = 0
    met = collections.Counter()
    for path in paths:
        if path.endswith(".onnx"):
            print(f"{path}: {check_file(path)}")
            passed += 1
            continue
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                case = json.loads(line)
                try:
                    why = check(case)
                except Exception as thrown:  # whatever the checker or the runtime says is the finding
                    why = f"{type(thrown).__name__}: {thrown}"
                if why is None:
                    passed += 1
                else:
                    failed += 1
                    print(f"{case['name']}: {why}")
                met.update(n.op_type for n in onnx.load_from_string(base64.b64decode(case["model"])).graph.node)
    if met:
        print("operators:", " ".join(f"{op}={n}" for op, n in sorted(met.items())))
    print(f"{passed} passed, {failed} failed (onnx {onnx.__version__}, onnxruntime {ort.__version__})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
