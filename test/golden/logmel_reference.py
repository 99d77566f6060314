"""Golden values of HTS-AT's front end: a short wave in, log-mel spectrogram in dB out, by librosa in float64.

laws:   numpy's own framing and FFT give the same power spectrum on every run.
source: Chen et al. 2022 (HTS-AT) as released: 32 kHz, STFT of 1024 with hop 320, periodic Hann, centred with reflection,
        64 Slaney mel filters from 50 to 14000 Hz, 10 log10(max(1e-10, power)), reference 1, no limit of range.

Usage:  python logmel_reference.py         writes logmel.safetensors
"""
import pathlib
import librosa
import numpy as np
from safetensors.numpy import save_file

RATE, FFT, HOP, MELS, LOW, HIGH, FLOOR = 32000, 1024, 320, 64, 50, 14000, 1e-10


def wave(n=6500):
    """A chirp with a tone and a little noise, then silence (so that the floor of the logarithm is met)."""
    t = np.arange(n) / RATE
    sound = 0.5 * np.sin(2 * np.pi * (200 * t + 20000 * t ** 2)) + 0.2 * np.sin(2 * np.pi * 1000 * t)
    sound = sound + 0.01 * np.random.Generator(np.random.PCG64(7)).standard_normal(n)
    sound[4000:] = 0
    sound[:5] += 0.3  # the reflected edge is not smooth
    return sound.astype(np.float32)


def main():
    x = wave()
    power = np.abs(librosa.stft(x.astype(np.float64), n_fft=FFT, hop_length=HOP, win_length=FFT, window="hann", center=True, pad_mode="reflect")) ** 2  # [513, T]
    padded = np.pad(x.astype(np.float64), FFT // 2, mode="reflect")
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FFT) / FFT)
    frames = np.stack([padded[i * HOP:i * HOP + FFT] * hann for i in range(1 + len(x) // HOP)])
    np.testing.assert_allclose(np.abs(np.fft.rfft(frames)).T ** 2, power, rtol=1e-9, atol=1e-12)
    filters = librosa.filters.mel(sr=RATE, n_fft=FFT, n_mels=MELS, fmin=LOW, fmax=HIGH, htk=False, norm="slaney", dtype=np.float64)  # [64, 513]
    mel = filters @ power
    logmel = 10 * np.log10(np.maximum(FLOOR, mel))
    np.testing.assert_allclose(logmel, librosa.power_to_db(mel, ref=1.0, amin=FLOOR, top_db=None), rtol=1e-12)
    tensors = {"wave": x, "power": power.T, "filters": filters, "logmel": logmel.T}
    save_file({k: np.ascontiguousarray(t, dtype=np.float32) for k, t in tensors.items()}, pathlib.Path(__file__).resolve().parent / "logmel.safetensors")
    print({k: t.shape for k, t in tensors.items()}, "dB from", logmel.min(), "to", logmel.max())


if __name__ == "__main__":
    main()
