;; The optimiser's kernel: AdamW over ranges of f32 streams that lie in one memory.
;;
;;   h = clip g + coupled w
;;   m = m + gain1 (h - m)                          gain1 = 1 - beta1
;;   v = v + gain2 (h^2 - v)                        gain2 = 1 - beta2
;;   w = w - (decay w + pace m / (sqrt(scale2 v) + epsilon))
;;
;; Moments below the least normal number are stored as 0: arithmetic on subnormal numbers is many times slower.
;; A NaN stays a NaN. Four lanes and one lane give the same bits, so a range may be cut anywhere.
;; tools/wasm/build.mjs makes kernel-bytes.ts from this file, for a memory of one thread and, with `shared` added to the import, for
;; one that threads share; test/dsl/optim/kernel.test.ts compares.
(module
  (import "arena" "memory" (memory 0))

  ;; w, m, v, g: byte addresses; n: numbers.
  (func $adamw (export "adamw")
    (param $w i32) (param $m i32) (param $v i32) (param $g i32) (param $n i32)
    (param $gain1 f32) (param $gain2 f32) (param $decay f32) (param $pace f32) (param $scale2 f32) (param $epsilon f32) (param $clip f32) (param $coupled f32)
    (local $bytes i32)
    (local $gain1x4 v128) (local $gain2x4 v128) (local $decayx4 v128) (local $pacex4 v128) (local $scale2x4 v128) (local $epsilonx4 v128) (local $clipx4 v128) (local $coupledx4 v128) (local $least v128)
    (local $wx v128) (local $mx v128) (local $vx v128) (local $gx v128)
    (local.set $gain1x4 (f32x4.splat (local.get $gain1)))
    (local.set $gain2x4 (f32x4.splat (local.get $gain2)))
    (local.set $decayx4 (f32x4.splat (local.get $decay)))
    (local.set $pacex4 (f32x4.splat (local.get $pace)))
    (local.set $scale2x4 (f32x4.splat (local.get $scale2)))
    (local.set $epsilonx4 (f32x4.splat (local.get $epsilon)))
    (local.set $clipx4 (f32x4.splat (local.get $clip)))
    (local.set $coupledx4 (f32x4.splat (local.get $coupled)))
    (local.set $least (f32x4.splat (f32.const 0x1p-126)))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $n)))
        ;; four numbers, or one of the last three
        (if (i32.ge_u (local.get $n) (i32.const 4))
          (then
            (local.set $bytes (i32.const 16))
            (local.set $wx (v128.load (local.get $w)))
            (local.set $mx (v128.load (local.get $m)))
            (local.set $vx (v128.load (local.get $v)))
            (local.set $gx (v128.load (local.get $g))))
          (else
            (local.set $bytes (i32.const 4))
            (local.set $wx (v128.load32_zero (local.get $w)))
            (local.set $mx (v128.load32_zero (local.get $m)))
            (local.set $vx (v128.load32_zero (local.get $v)))
            (local.set $gx (v128.load32_zero (local.get $g)))))
        (local.set $gx (f32x4.add (f32x4.mul (local.get $gx) (local.get $clipx4)) (f32x4.mul (local.get $coupledx4) (local.get $wx))))
        (local.set $mx (f32x4.add (local.get $mx) (f32x4.mul (local.get $gain1x4) (f32x4.sub (local.get $gx) (local.get $mx)))))
        (local.set $vx (f32x4.add (local.get $vx) (f32x4.mul (local.get $gain2x4) (f32x4.sub (f32x4.mul (local.get $gx) (local.get $gx)) (local.get $vx)))))
        (local.set $mx (v128.andnot (local.get $mx) (f32x4.lt (f32x4.abs (local.get $mx)) (local.get $least))))
        (local.set $vx (v128.andnot (local.get $vx) (f32x4.lt (local.get $vx) (local.get $least))))
        (local.set $wx (f32x4.sub (local.get $wx) (f32x4.add
          (f32x4.mul (local.get $decayx4) (local.get $wx))
          (f32x4.div
            (f32x4.mul (local.get $pacex4) (local.get $mx))
            (f32x4.add (f32x4.sqrt (f32x4.mul (local.get $scale2x4) (local.get $vx))) (local.get $epsilonx4))))))
        (if (i32.ge_u (local.get $n) (i32.const 4))
          (then
            (v128.store (local.get $w) (local.get $wx))
            (v128.store (local.get $m) (local.get $mx))
            (v128.store (local.get $v) (local.get $vx)))
          (else
            (v128.store32_lane 0 (local.get $w) (local.get $wx))
            (v128.store32_lane 0 (local.get $m) (local.get $mx))
            (v128.store32_lane 0 (local.get $v) (local.get $vx))))
        (local.set $w (i32.add (local.get $w) (local.get $bytes)))
        (local.set $m (i32.add (local.get $m) (local.get $bytes)))
        (local.set $v (i32.add (local.get $v) (local.get $bytes)))
        (local.set $g (i32.add (local.get $g) (local.get $bytes)))
        (local.set $n (i32.sub (local.get $n) (i32.shr_u (local.get $bytes) (i32.const 2))))
        (br $next))))

  ;; to[k] = sum over r of left[r leftStride] right[r rightStride + k], for k below n rounded up to 8; ranks is a multiple of 4.
  ;; Addresses and strides in bytes.
  (func $segment
    (param $to i32) (param $left i32) (param $leftStride i32) (param $right i32) (param $rightStride i32) (param $ranks i32) (param $n i32)
    (local $fresh i32) (local $at i32) (local $end i32)
    (local $row i32) (local $row1 i32) (local $row2 i32) (local $row3 i32)
    (local $p i32) (local $p0 i32) (local $p1 i32) (local $p2 i32) (local $p3 i32) (local $x v128) (local $y v128)
    (local $c0 v128) (local $c1 v128) (local $c2 v128) (local $c3 v128)
    (local.set $end (i32.shl (local.get $n) (i32.const 2)))
    (local.set $fresh (i32.const 1))
    (loop $nextRanks
      (local.set $c0 (v128.load32_splat (local.get $left)))
      (local.set $left (i32.add (local.get $left) (local.get $leftStride)))
      (local.set $c1 (v128.load32_splat (local.get $left)))
      (local.set $left (i32.add (local.get $left) (local.get $leftStride)))
      (local.set $c2 (v128.load32_splat (local.get $left)))
      (local.set $left (i32.add (local.get $left) (local.get $leftStride)))
      (local.set $c3 (v128.load32_splat (local.get $left)))
      (local.set $left (i32.add (local.get $left) (local.get $leftStride)))
      (local.set $row (local.get $right))
      (local.set $row1 (i32.add (local.get $row) (local.get $rightStride)))
      (local.set $row2 (i32.add (local.get $row1) (local.get $rightStride)))
      (local.set $row3 (i32.add (local.get $row2) (local.get $rightStride)))
      (local.set $right (i32.add (local.get $row3) (local.get $rightStride)))
      (local.set $at (i32.const 0))
      (loop $nextEight
        (local.set $p0 (i32.add (local.get $row) (local.get $at)))
        (local.set $p1 (i32.add (local.get $row1) (local.get $at)))
        (local.set $p2 (i32.add (local.get $row2) (local.get $at)))
        (local.set $p3 (i32.add (local.get $row3) (local.get $at)))
        (local.set $p (i32.add (local.get $to) (local.get $at)))
        (local.set $x (f32x4.add
          (f32x4.add (f32x4.mul (local.get $c0) (v128.load (local.get $p0))) (f32x4.mul (local.get $c1) (v128.load (local.get $p1))))
          (f32x4.add (f32x4.mul (local.get $c2) (v128.load (local.get $p2))) (f32x4.mul (local.get $c3) (v128.load (local.get $p3))))))
        (local.set $y (f32x4.add
          (f32x4.add (f32x4.mul (local.get $c0) (v128.load offset=16 (local.get $p0))) (f32x4.mul (local.get $c1) (v128.load offset=16 (local.get $p1))))
          (f32x4.add (f32x4.mul (local.get $c2) (v128.load offset=16 (local.get $p2))) (f32x4.mul (local.get $c3) (v128.load offset=16 (local.get $p3))))))
        (if (i32.eqz (local.get $fresh))
          (then
            (local.set $x (f32x4.add (local.get $x) (v128.load (local.get $p))))
            (local.set $y (f32x4.add (local.get $y) (v128.load offset=16 (local.get $p))))))
        (v128.store (local.get $p) (local.get $x))
        (v128.store offset=16 (local.get $p) (local.get $y))
        (local.set $at (i32.add (local.get $at) (i32.const 32)))
        (br_if $nextEight (i32.lt_u (local.get $at) (local.get $end))))
      (local.set $fresh (i32.const 0))
      (local.set $ranks (i32.sub (local.get $ranks) (i32.const 4)))
      (br_if $nextRanks (local.get $ranks))))

  ;; AdamW over rows [from, to) of a parameter [rows, groups, columns] whose gradient is a product that is formed row by row:
  ;; g[i, j, k] = sum over r of left[r, j, i] right[r, j, k]. scratch takes columns rounded up to 8, and as much is read of each row of right.
  (func $product (export "product")
    (param $scratch i32) (param $w i32) (param $m i32) (param $v i32) (param $left i32) (param $right i32)
    (param $rows i32) (param $groups i32) (param $columns i32) (param $ranks i32) (param $from i32) (param $to i32)
    (param $gain1 f32) (param $gain2 f32) (param $decay f32) (param $pace f32) (param $scale2 f32) (param $epsilon f32) (param $clip f32) (param $coupled f32)
    (local $i i32) (local $j i32) (local $skip i32) (local $length i32) (local $leftStride i32) (local $rightStride i32)
    (local.set $length (i32.shl (local.get $columns) (i32.const 2)))
    (local.set $leftStride (i32.shl (i32.mul (local.get $groups) (local.get $rows)) (i32.const 2)))
    (local.set $rightStride (i32.mul (local.get $groups) (local.get $length)))
    (local.set $i (local.get $from))
    (local.set $skip (i32.mul (local.get $from) (local.get $rightStride)))
    (block $done
      (loop $nextRow
        (br_if $done (i32.ge_u (local.get $i) (local.get $to)))
        (local.set $j (i32.const 0))
        (loop $nextGroup
          (call $segment (local.get $scratch)
            (i32.add (local.get $left) (i32.shl (i32.add (i32.mul (local.get $j) (local.get $rows)) (local.get $i)) (i32.const 2))) (local.get $leftStride)
            (i32.add (local.get $right) (i32.mul (local.get $j) (local.get $length))) (local.get $rightStride)
            (local.get $ranks) (local.get $columns))
          (call $adamw
            (i32.add (local.get $w) (local.get $skip)) (i32.add (local.get $m) (local.get $skip)) (i32.add (local.get $v) (local.get $skip)) (local.get $scratch) (local.get $columns)
            (local.get $gain1) (local.get $gain2) (local.get $decay) (local.get $pace) (local.get $scale2) (local.get $epsilon) (local.get $clip) (local.get $coupled))
          (local.set $skip (i32.add (local.get $skip) (local.get $length)))
          (local.set $j (i32.add (local.get $j) (i32.const 1)))
          (br_if $nextGroup (i32.lt_u (local.get $j) (local.get $groups))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $nextRow))))

  ;; The sum of squares of n numbers, in double precision.
  (func (export "squares") (param $g i32) (param $n i32) (result f64)
    (local $low v128) (local $high v128) (local $x v128) (local $sum f64)
    (block $rest
      (loop $next
        (br_if $rest (i32.lt_u (local.get $n) (i32.const 4)))
        (local.set $x (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $g))))
        (local.set $low (f64x2.add (local.get $low) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $x (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $g))))
        (local.set $high (f64x2.add (local.get $high) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $g (i32.add (local.get $g) (i32.const 16)))
        (local.set $n (i32.sub (local.get $n) (i32.const 4)))
        (br $next)))
    (local.set $low (f64x2.add (local.get $low) (local.get $high)))
    (local.set $sum (f64.add (f64x2.extract_lane 0 (local.get $low)) (f64x2.extract_lane 1 (local.get $low))))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $n)))
        (local.set $sum (f64.add (local.get $sum) (f64.mul (f64.promote_f32 (f32.load (local.get $g))) (f64.promote_f32 (f32.load (local.get $g))))))
        (local.set $g (i32.add (local.get $g) (i32.const 4)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $next)))
    (local.get $sum)))
