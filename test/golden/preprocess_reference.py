"""Golden values of the published settings' preprocessing. Pictures and waves are formulas of integers, so only results are stored.

laws:   on every run, librosa's spectrogram is compared with torch's STFT, and Kaldi's filter banks, written from its definition, with
        transformers' (mel scale 'kaldi', triangles in mel space, which its AST feature extractor uses in place of torchaudio).
source: numpy.linspace(dtype=int): frames and windows of sound.
        torch.nn.functional.interpolate(mode='bicubic', align_corners=False, antialias=False), float32: what torchvision 0.14's Resize calls for
        tensors, and what DG-SCT's AVS model calls after Normalize.
        librosa.stft, librosa.filters.mel, librosa.power_to_db, float64: HTS-AT's front end as released.
        Kaldi's feat/feature-window.cc, feat/mel-computations.cc, feat/feature-fbank.cc with htk-compat, no dither, no energy, window 'hanning'.
        The loaders of LAVisH and DG-SCT for the order of the steps.

Usage:  python preprocess_reference.py         writes preprocess.safetensors
"""
import pathlib
import librosa
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file
from transformers.audio_utils import mel_filter_bank, spectrogram, window_function

MEAN = torch.tensor([0.485, 0.456, 0.406])[:, None, None]
DEVIATION = torch.tensor([0.229, 0.224, 0.225])[:, None, None]


# pictures

def picture(width, height):
    """[3, height, width], bytes: a rough surface of integers."""
    x, y, c = np.arange(width)[None, None, :], np.arange(height)[None, :, None], np.arange(3)[:, None, None]
    return torch.from_numpy(((131 * x + 197 * y + 71 * c + 7 * x * y) % 256).astype(np.uint8))


def resize(x, side):
    return F.interpolate(x[None], size=(side, side), mode="bicubic", align_corners=False, antialias=False)[0]


ORDERS = {
    "resize": lambda x, side: (resize(x / 255, side) - MEAN) / DEVIATION,
    "normalise": lambda x, side: resize((x / 255 - MEAN) / DEVIATION, side),
}
# width, height, side, every which row is kept
PICTURES = [(2, 2, 8, 1), (2, 31, 8, 1), (7, 5, 12, 1), (12, 12, 12, 1), (40, 30, 16, 1), (97, 61, 24, 3), (224, 224, 192, 63), (640, 360, 192, 95), (1280, 720, 192, 95), (1283, 727, 64, 21), (1920, 1080, 192, 95)]


def pictures():
    for width, height, side, every in PICTURES:
        for order, run in ORDERS.items():
            if order == "normalise" and width > 224:
                continue
            yield f"pixels.{order}.{width}x{height}.{side}.{every}", run(picture(width, height), side)[:, ::every].numpy()


# sound

def wave(kind, n, rate):
    """[n], float32, by name."""
    i = np.arange(n, dtype=np.int64)
    t = i / rate
    if kind == "silence":
        return np.zeros(n, np.float32)
    if kind == "full":  # full scale: a square wave of 1000 Hz
        return np.where((2000 * i // rate) % 2 == 0, 1.0, -1.0).astype(np.float32)
    if kind == "rough":  # noise of integers over a constant
        return (((i * 7919 + (i * i) % 104729) % 2003) / 2003 - 0.3).astype(np.float32)
    chirp = 0.5 * np.sin(2 * np.pi * (200 * t + 150 * t * t)) + 0.3 * np.sin(2 * np.pi * 3001 * t)  # chirp: with a tone, then the tone alone
    return np.where(i % rate < 0.8 * rate, chirp, 0.3 * np.sin(2 * np.pi * 3001 * t)).astype(np.float32)


def logmel(samples):
    """HTS-AT's front end: [n] → [T, 64] in dB."""
    x = samples.astype(np.float64)
    power = np.abs(librosa.stft(x, n_fft=1024, hop_length=320, win_length=1024, window="hann", center=True, pad_mode="reflect")) ** 2
    again = torch.stft(torch.from_numpy(x), 1024, 320, 1024, torch.hann_window(1024, periodic=True, dtype=torch.float64), center=True, pad_mode="reflect", return_complex=True).abs() ** 2
    np.testing.assert_allclose(again.numpy(), power, rtol=1e-9, atol=1e-10)
    filters = librosa.filters.mel(sr=32000, n_fft=1024, n_mels=64, fmin=50, fmax=14000, htk=False, norm="slaney", dtype=np.float64)
    return librosa.power_to_db(filters @ power, ref=1.0, amin=1e-10, top_db=None).T


def tiled(second, length):
    while len(second) < length:
        second = np.concatenate([second, second])
    return second[:length]


def kept(count):
    """The frames that are kept: both edges, both ends of a repetition, some of the middle."""
    return [0, 1, 2, 3, 50, 98, 99, 100, 101, 102, 103, 257, count - 102, count - 101, count - 3, count - 2, count - 1]


# kind, samples in all, segments, length of the tile, segments kept
SOUNDS = [("chirp", 320000, 10, 320000, [0, 4, 9]), ("rough", 160000, 5, 160000, [0, 3]), ("full", 320000, 10, 320000, [1]), ("chirp", 75000, 5, 160000, [2, 3]), ("silence", 32000, 10, 320000, [0])]


def logmels():
    for kind, n, segments, length, some in SOUNDS:
        whole = np.zeros(32000 * segments, np.float32)
        whole[:n] = wave(kind, n, 32000)[:32000 * segments]
        for k in some:
            x = logmel(tiled(whole[32000 * k:32000 * (k + 1)], length))
            yield f"logmel.{kind}.{n}.{segments}.{length}.{k}", x[kept(len(x))]


def mel(hertz):
    return 1127.0 * np.log(1.0 + hertz / 700.0)


def bank(bins, rate=16000, points=512, low=20.0):
    """[points / 2 + 1, bins]; the last line of the spectrum has no part."""
    lowest, step = mel(low), (mel(rate / 2) - mel(low)) / (bins + 1)
    at = mel(np.arange(points // 2) * rate / points)[:, None]
    left = lowest + np.arange(bins)[None, :] * step
    up, down = (at - left) / step, (left + 2 * step - at) / step
    return np.concatenate([np.maximum(0, np.minimum(up, down)), np.zeros((1, bins))])


def fbank(samples, hop, bins, rate=16000, frame=400, points=512, emphasis=0.97, window="hanning"):
    """Kaldi's filter banks: [n] → [frames, bins], natural logarithm, snip-edges."""
    x = samples.astype(np.float64)
    rows = np.stack([x[i:i + frame] for i in range(0, len(x) - frame + 1, hop)])
    rows = rows - rows.mean(1, keepdims=True)
    rows = rows - emphasis * np.concatenate([rows[:, :1], rows[:, :-1]], 1)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(frame) / (frame - 1))
    rows = rows * (hann if window == "hanning" else hann ** 0.85)
    power = np.abs(np.fft.rfft(rows, points)) ** 2
    return np.log(np.maximum(power @ bank(bins), np.finfo(np.float32).eps))


def second_opinion(samples, hop, bins):
    filters = mel_filter_bank(257, bins, 20, 8000, 16000, norm=None, mel_scale="kaldi", triangularize_in_mel_space=True)
    return spectrogram(samples, window_function(400, "hann", periodic=False), 400, hop, fft_length=512, power=2.0, center=False, preemphasis=0.97, mel_filters=filters,
                       log_mel="log", mel_floor=np.finfo(np.float32).eps, remove_dc_offset=True).T


# setting, segments, window in seconds, frame shift in milliseconds, mean, deviation
FBANKS = {
    "ave": (10, 1, 5.2, -4.984795570373535, 3.7079780101776123),
    "avqa": (10, 1.95, 10, -5.385333061218262, 3.5928637981414795),
    "avs": (5, 1.95, 10, -5.210531711578369, 3.5918314456939697),
}
# setting, kind, samples at 16 kHz, segments kept
TONES = [("ave", "chirp", 160000, [0, 4, 9]), ("ave", "rough", 165123, [1, 9]), ("ave", "full", 17600, [3]), ("ave", "silence", 160000, [0]), ("avqa", "chirp", 960000, [0, 7]), ("avqa", "rough", 32000, [9]), ("avs", "rough", 80000, [0, 3, 4]), ("avs", "chirp", 81000, [2])]
ROWS = [0, 1, 2, 60, 95, 130, 186, 187, 188, 190, 191]


def fbanks():
    for setting, kind, n, some in TONES:
        segments, length, shift, mean, deviation = FBANKS[setting]
        samples = wave(kind, n, 16000)
        samples = samples.astype(np.float64) - samples.astype(np.float64).mean()
        hop = int(16000 * shift * 0.001)
        for k in some:
            piece = samples
            if n > 16000 * (length + 0.1):
                start = np.linspace(0, n - 16000 * (length + 0.1), num=segments, dtype=int)[k]
                piece = samples[start:start + int(16000 * length)]
            x = fbank(piece, hop, 192)
            if kind != "silence":
                np.testing.assert_allclose(x, second_opinion(piece, hop, 192), atol=2e-3)
            x = (x - mean) / (deviation * 2)
            x = np.concatenate([x, np.zeros((max(0, 192 - len(x)), 192))])[:192]
            yield f"fbank.{setting}.{kind}.{n}.{k}", x[ROWS, ::2]


def main():
    tensors = {
        "frames": np.stack([np.linspace(1, n, num=10, dtype=int) for n in range(1, 301)]),
        "windows.ave": np.stack([np.linspace(0, n - 16000 * (1 + 0.1), num=10, dtype=int) for n in range(17601, 170000, 1511)]),
        "windows.avs": np.stack([np.linspace(0, n - 16000 * (1.95 + 0.1), num=5, dtype=int) for n in range(32801, 90000, 571)]),
        "bank.192": bank(192)[:, ::16],
        "povey": fbank(wave("rough", 4000, 16000), 160, 40, window="povey"),
        **dict(pictures()), **dict(logmels()), **dict(fbanks()),
    }
    tensors = {k: np.ascontiguousarray(t, dtype=np.int32 if t.dtype.kind == "i" else np.float32) for k, t in tensors.items()}
    path = pathlib.Path(__file__).resolve().parent / "preprocess.safetensors"
    save_file(tensors, path)
    print({k: t.shape for k, t in tensors.items()}, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
