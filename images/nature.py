"""Pictures that look natural: craters, an island's heights, and a lake at sunset; formulas and seeded noise only."""

from functools import lru_cache

import numpy as np
from drawing import Array, fractal, paint, perlin, polyline, smoothstep, stroke, uniform


def grid(height: int, width: int, cell: float) -> tuple[Array, Array]:
    """Pixel centres (x as a row, y as a column) in units of `cell` pixels."""
    return (np.arange(width) + 0.5) / cell, (np.arange(height)[:, None] + 0.5) / cell


def moon(height: int, width: int) -> Array:
    """Craters of many sizes under a low sun from the upper left: brightness (height, width) in 0..1."""
    ground = 9 * fractal(*grid(height, width, 90), seed=11, octaves=6)
    x, y = grid(height, width, 1)
    for across, down, size in uniform(12, 260, 3):
        radius = 3.2 / np.sqrt(size + 0.008)  # many small, few large
        distance2 = ((x - across * width) ** 2 + (y - down * height) ** 2) / radius**2
        bowl, rim = np.minimum(distance2 - 1, 0), 1 / (1 + 6 * (distance2 - 1) ** 2)
        ground += radius * (0.34 * np.maximum(bowl, -0.8) + 0.16 * rim)
    slope_y, slope_x = np.gradient(ground)
    facing = (0.42 + 0.75 * slope_x + 0.5 * slope_y) / np.sqrt(1 + slope_x**2 + slope_y**2)
    grain = 0.03 * (uniform(13, height, width) - 0.5)
    return np.clip(0.05 + 1.05 * np.clip(facing, 0, None) + grain, 0.02, 0.98)


def island_height(height: int, width: int) -> Array:
    """Height above the sea (below 0: depth) of an island in the middle of the map."""
    x, y = grid(height, width, 1)
    from_middle = ((x / width - 0.5) / 0.42) ** 2 + ((y / height - 0.5) / 0.4) ** 2
    return 0.42 - 0.55 * from_middle + 0.6 * fractal(*grid(height, width, 70), seed=21, octaves=5)


# ---- the lake: linear light, coordinates in picture heights, x to the right from 0 to ASPECT, y down from 0 to 1 ----

HEIGHT, WIDTH, PER_PIXEL = 720, 1080, 2
ASPECT = WIDTH / HEIGHT
HORIZON = 0.6
SUN = (1.03, 0.44)
HAZE = np.array([1.0, 0.62, 0.36])


def sky(x: Array, y: Array) -> Array:
    """Blue above, warm at the horizon, a glowing sun, clouds lit from its side."""
    low = np.clip(y / HORIZON, 0, 1)[..., None]
    light = np.array([0.05, 0.15, 0.42]) * (1 - low**1.6) + 0.8 * HAZE * low**2.4
    from_sun = np.sqrt((x - SUN[0]) ** 2 + (y - SUN[1]) ** 2)
    glow = 0.9 * np.exp(-from_sun / 0.06) + 0.35 * np.exp(-from_sun / 0.3)
    light = light + glow[..., None] * [1.0, 0.6, 0.25]
    flat = 1 / (0.12 + np.clip(HORIZON - y, 0, 1))  # clouds lie in a plane overhead
    thickness = fractal(1.1 * (x - 0.75) * flat, 1.6 * flat, seed=31, octaves=6)
    towards_sun = fractal(1.1 * (x - 0.75) * flat + 0.1, 1.6 * flat + 0.06, seed=31, octaves=3)
    lit = np.clip(0.5 + 1.2 * (thickness - towards_sun), 0, 1)[..., None]
    cloud = lit * [1.1, 0.72, 0.5] + (1 - lit) * [0.2, 0.19, 0.27] + 0.5 * glow[..., None] * [1.0, 0.6, 0.3]
    paint(light, 0.8 * smoothstep(0.02, 0.5, thickness), cloud)
    paint(light, smoothstep(0.0235, 0.0215, from_sun), [9.0, 6.0, 3.0])
    return light


def ridge(x: Array, base: float, relief: float, wavelength: float, seed: int) -> Array:
    """Skyline (1, W) of a range of hills: y of its upper edge."""
    return base - relief * (0.5 + fractal(x / wavelength, np.full((1, 1), 0.37), seed, octaves=7))


def hills(light: Array, x: Array, y: Array) -> None:
    """Three ranges, each nearer one darker, less hazy and more finely textured."""
    ranges = [  # base, relief, wavelength, seed, haze, rock or forest, grain of the texture
        (0.55, 0.17, 0.42, 41, 0.50, (0.10, 0.10, 0.17), 11.0),
        (0.585, 0.10, 0.31, 47, 0.27, (0.05, 0.07, 0.08), 26.0),
        (0.605, 0.05, 0.24, 53, 0.08, (0.03, 0.05, 0.025), 70.0),
    ]
    for base, relief, wavelength, seed, haze, colour, grain in ranges:
        skyline = ridge(x, base, relief, wavelength, seed)
        rows = slice(int(np.argmax(y > skyline.min())), None)
        below = y[rows] - skyline
        across, down = grain * (x + 0.6 * below), grain * (y[rows] - 0.7 * skyline)
        height = np.abs(fractal(across, down, seed + 20, octaves=6))  # creased: gullies between ribs
        towards_sun = np.abs(fractal(across + 0.09, down - 0.03, seed + 20, octaves=6))
        sunlit = smoothstep(-0.12, 0.16, height - towards_sun)[..., None]
        surface = np.array(colour) * (0.3 + 1.2 * sunlit) + 0.5 * haze * sunlit * HAZE
        near_sun = np.exp(-np.abs(x - SUN[0]) / 0.45)[..., None]
        mist = haze * (0.75 + 0.9 * smoothstep(0.02, 0.2, below)[..., None])
        air = HAZE * (0.25 + 0.45 * near_sun) + np.array([0.0, 0.03, 0.1])
        paint(light[rows], np.clip(below * HEIGHT * PER_PIXEL, 0, 1), surface + mist * (air - surface))


def far_shore(light: Array, x: Array, y: Array) -> None:
    """A row of conifers along the water, and a hut with a lit window."""
    top = np.full_like(x, HORIZON - 0.006)
    for across, size, slim in uniform(61, 170, 3):
        height = 0.016 + 0.045 * size**2 + 0.02 * smoothstep(0.2, 0.6, np.sin(9 * across))
        centre = across * ASPECT
        if abs(centre - 0.47) > 0.045:  # not in front of the hut
            top = np.minimum(top, HORIZON - height + np.abs(x - centre) * (3 + 2.5 * slim))
    shore = slice(int(0.45 * HEIGHT * PER_PIXEL), None)
    needles = fractal(150 * x, 110 * y[shore], 63, octaves=3)
    colour = np.array([0.014, 0.024, 0.013]) * (0.5 + 1.4 * smoothstep(-0.4, 0.6, needles))[..., None]
    paint(light[shore], (y[shore] > top + 0.012 * needles) * 1.0, colour)

    def box(left: float, right: float, upper: float, lower: float) -> Array:
        return ((x > left) & (x < right) & (y > upper) & (y < lower)) * 1.0

    planks = 0.75 + 0.25 * (np.floor(y * 420) % 2)[..., None]
    paint(light, box(0.445, 0.495, 0.572, 0.601), np.array([0.11, 0.055, 0.03]) * planks)
    roof = (y > 0.545 + np.abs(x - 0.47) * 0.85) & (y < 0.575)
    paint(light, roof * 1.0, [0.05, 0.03, 0.035])
    paint(light, box(0.482, 0.487, 0.546, 0.566), [0.07, 0.04, 0.035])
    for left in (0.453, 0.475):
        pane = box(left, left + 0.012, 0.58, 0.592) - box(left + 0.0055, left + 0.0065, 0.58, 0.592)
        paint(light, pane, [2.2, 1.2, 0.35])


def water(above: Array, x: Array, y: Array) -> Array:
    """Mirror `above` (its last row is the shore) in ripples that shrink with distance; rows y lie below the horizon."""
    depth = y - HORIZON
    distance = 1 / (depth + 0.012)
    ripple = fractal(2.6 * (x - 0.75) * distance, 5.5 * distance, seed=71, octaves=5)
    swell = perlin(0.6 * (x - 0.75) * distance, 2.2 * distance, seed=76)
    tilt = (0.10 * ripple + 0.06 * swell) * np.sqrt(depth)
    rows, columns = above.shape[:2]
    mirrored = np.clip(rows * (1 - (0.96 * depth + tilt) / HORIZON), 0, rows - 1).astype(np.int64)
    aside = np.clip((x + 0.12 * tilt) * columns / ASPECT, 0, columns - 1).astype(np.int64)
    reflectance = np.clip(0.92 - 1.15 * depth + 1.4 * tilt, 0.2, 1)[..., None]
    return reflectance * above[mirrored, aside] + (1 - reflectance) * np.array([0.012, 0.035, 0.045])


def bank(light: Array, x: Array, y: Array) -> None:
    """The near shore: a slope with tufts, and blades of grass against the water."""
    rows, columns = light.shape[:2]
    edge = 0.93 - 0.07 * smoothstep(0.7, 1.5, x) + 0.03 * perlin(2.3 * x, np.full((1, 1), 0.5), 81)
    near = slice(int(0.7 * rows), None)
    tufts = 0.5 + fractal(34 * x + 6 * y[near], 55 * y[near], seed=82, octaves=5)[..., None]
    ground = np.array([0.05, 0.055, 0.012]) * (0.2 + 1.3 * tufts**2)
    paint(light[near], np.clip((y[near] - edge) * rows, 0, 1), ground)
    greens = np.array([[0.02, 0.028, 0.008], [0.06, 0.065, 0.015], [0.17, 0.14, 0.04]])
    for layer, green in enumerate(greens):
        blades = np.zeros((rows, columns))
        for across, size, lean, root in uniform(83 + layer, 700, 4):
            foot = edge[0, int(across * columns)] + 0.12 * root
            length = 0.025 + 0.055 * size**2
            start = across * columns, foot * rows
            middle = (across + 0.01 * (lean - 0.5)) * columns, (foot - 0.6 * length) * rows
            tip = (across + 0.05 * (lean - 0.5)) * columns, (foot - length) * rows
            stroke(blades, start, middle, 1.1)
            stroke(blades, middle, tip, 0.7)
        paint(light[near], blades[near], green)


def fence(light: Array) -> None:
    """Posts and wires that run from the lower right towards the left, smaller with distance."""
    rows, columns = light.shape[:2]
    nearness = 1 / np.arange(1.0, 9.0)  # equal spacing, seen in perspective
    foot = np.stack([0.2 + 1.22 * nearness, 0.885 + 0.12 * nearness], axis=1) * rows
    head = foot - np.stack([0.02 * (uniform(91, 8) - 0.5), 0.34 * nearness + 0.012], axis=1) * rows
    posts, sunlit, wires = np.zeros((3, rows, columns))
    for near, low, high in zip(nearness, foot, head, strict=True):
        radius = 0.0135 * near * rows
        stroke(posts, low, high, radius)
        stroke(sunlit, low - [0.45 * radius, 0], high - [0.45 * radius, 0], 0.4 * radius)
    for level in (0.18, 0.5, 0.82):
        chain = foot + level * (head - foot)
        for near, start, end in zip(nearness, chain, chain[1:], strict=False):
            sag = (start + end) / 2 + [0, 0.012 * near * rows]
            polyline(wires, (start, sag, end), 1.6 * near + 0.3)
    bottom = slice(int(0.6 * rows), None)
    across, down = grid(rows, columns, 3.5)
    wood = 0.6 + 0.8 * perlin(across, down[bottom] / 17, 92)[..., None]
    paint(light[bottom], wires[bottom], [0.03, 0.028, 0.03])
    paint(light[bottom], posts[bottom], np.array([0.06, 0.042, 0.03]) * wood)
    paint(light[bottom], sunlit[bottom], np.array([0.32, 0.19, 0.1]) * wood)


def power_line(light: Array) -> None:
    """A pole with a cross-arm on the left; three wires hang across the sky."""
    rows, columns = light.shape[:2]
    ink = np.zeros((rows, columns))
    stroke(ink, (0.13 * rows, 0.95 * rows), (0.135 * rows, 0.1 * rows), 0.006 * rows)
    stroke(ink, (0.07 * rows, 0.145 * rows), (0.2 * rows, 0.14 * rows), 0.0035 * rows)
    for x_arm, x_next, y_next in ((0.075, 1.6, -0.02), (0.134, 1.62, 0.01), (0.195, 1.64, 0.05)):
        t = np.linspace(0, 1, 40)
        span_x = x_arm + (x_next - x_arm) * t
        span_y = 0.13 + (y_next - 0.13) * t + 0.42 * t * (1 - t)  # a hanging wire is nearly a parabola
        stroke(ink, (x_arm * rows, 0.13 * rows), (x_arm * rows, 0.145 * rows), 0.003 * rows)
        polyline(ink, zip(span_x * rows, span_y * rows, strict=True), 0.9)
    paint(light, ink, [0.02, 0.018, 0.02])


def develop(light: Array, seed: int) -> Array:
    """Camera: darker corners, photon noise, a shoulder for the highlights, the sRGB curve."""
    height, width = light.shape[:2]
    x, y = grid(height, width, height)
    exposed = 1.25 * light * (1 - 0.22 * ((x - ASPECT / 2) ** 2 + (y - 0.5) ** 2))[..., None]
    noise = np.random.Generator(np.random.PCG64(seed)).standard_normal(light.shape)
    exposed = np.clip(exposed + noise * np.sqrt(np.clip(exposed, 0, None) * 8e-4 + 4e-6), 0, None)
    shown = 1 - np.exp(-exposed * (1 + 0.6 * exposed) / (1 + 0.35 * exposed))
    return np.where(shown <= 0.0031308, 12.92 * shown, 1.055 * shown ** (1 / 2.4) - 0.055)


@lru_cache(maxsize=1)
def lake() -> Array:
    """A lake at sunset, brightness (720, 1080, 3) in 0..1; rendered with 2 x 2 samples per pixel."""
    x, y = grid(HEIGHT * PER_PIXEL, WIDTH * PER_PIXEL, HEIGHT * PER_PIXEL)
    land, lake_side = y[y[:, 0] < HORIZON], y[y[:, 0] >= HORIZON]
    above = sky(x, land)
    hills(above, x, land)
    far_shore(above, x, land)
    light = np.concatenate([above, water(above, x, lake_side)])
    power_line(light)
    bank(light, x, y)
    fence(light)
    pixels = light.reshape(HEIGHT, PER_PIXEL, WIDTH, PER_PIXEL, 3).mean(axis=(1, 3))
    return develop(pixels, seed=99)
