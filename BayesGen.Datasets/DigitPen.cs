using System.Numerics;

namespace BayesGen.Datasets;

/// <summary>Draws one digit or letter into an image of 28x28 pixels. Not thread-safe: one pen per thread.</summary>
internal sealed class DigitPen
{
    /// <summary>Width and height of an image, pixels.</summary>
    public const int Side = 28;

    private const int StepsPerSpan = 6;
    private const float BoxSide = 20f;

    private readonly List<Vector3> _path = new(256);
    private readonly List<int> _strokeEnds = new(4);
    private readonly float[] _ink = new float[Side * Side];
    private readonly float[] _row = new float[Side * Side];

    /// <summary>
    /// Draws one of several <paramref name="ways"/> to write a sign into <paramref name="image"/> (784 bytes, row by row, 0 paper to 255
    /// ink).
    /// </summary>
    public void Draw(DigitSkeleton[] ways, ref DigitRandom random, Span<byte> image)
    {
        Trace(Choose(ways, ref random), ref random);
        float halfWidth = Place(ref random);
        Array.Clear(_ink);
        Stamp(halfWidth, random.Uniform(.8f, 1.3f));
        Center(ref random);
        Finish(ref random, image);
    }

    private static DigitSkeleton Choose(DigitSkeleton[] ways, ref DigitRandom random)
    {
        float total = 0;
        foreach (DigitSkeleton way in ways)
            total += way.Weight;
        float pick = random.Uniform() * total;
        foreach (DigitSkeleton way in ways)
            if ((pick -= way.Weight) < 0)
                return way;
        return ways[^1];
    }

    /// <summary>Turns the skeleton into a polyline: shaky points, smooth curves, a gentle warp of the paper, the writer's slant.</summary>
    private void Trace(DigitSkeleton way, ref DigitRandom random)
    {
        _path.Clear();
        _strokeEnds.Clear();
        float shake = random.Uniform(.008f, .038f);
        float pressure = random.Uniform(-.22f, .22f);
        var warp = new Warp(ref random);
        Matrix3x2 writer = Writer(ref random);
        Span<Vector2> control = stackalloc Vector2[24];
        foreach (PenStroke stroke in way.Strokes)
        {
            int count = stroke.Points.Length;
            for (int i = 0; i < count; i++)
                control[i] = stroke.Points[i] + shake * new Vector2(random.Bell(), random.Bell());
            for (int i = 0; i + 1 < count; i++)
            {
                Vector2 before = control[Math.Max(i - 1, 0)], after = control[Math.Min(i + 2, count - 1)];
                for (int s = 0; s <= StepsPerSpan; s++)
                {
                    if (s == StepsPerSpan && i + 2 < count) continue; // the next span begins there
                    float t = (float)s / StepsPerSpan;
                    Vector2 p = stroke.Smooth
                        ? CatmullRom(before, control[i], control[i + 1], after, t)
                        : Vector2.Lerp(control[i], control[i + 1], t);
                    float along = (i + t) / (count - 1);
                    Vector2 q = Vector2.Transform(warp.Apply(p), writer);
                    _path.Add(new Vector3(q, 1f + pressure * (2f * along - 1f)));
                }
            }
            _strokeEnds.Add(_path.Count);
        }
    }

    private static Matrix3x2 Writer(ref DigitRandom random)
    {
        float aspect = MathF.Exp(.04f + .19f * random.Bell());
        if (random.Uniform() < .12f)
            aspect *= random.Uniform(1.2f, 1.7f); // some hands write very wide
        float slant = -.15f + .25f * random.Bell(); // y runs down, so a negative shear leans to the right
        float turn = .13f * random.Bell();
        return Matrix3x2.CreateScale(aspect, 1f)
            * new Matrix3x2(1, 0, slant, 1, 0, 0)
            * Matrix3x2.CreateRotation(turn);
    }

    private static Vector2 CatmullRom(Vector2 a, Vector2 b, Vector2 c, Vector2 d, float t) =>
        .5f * (2f * b + (c - a) * t + (2f * a - 5f * b + 4f * c - d) * (t * t) + (3f * b - a - 3f * c + d) * (t * t * t));

    /// <summary>Fits the path, ink included, into the 20x20 box, as scanned digits are. Returns half the pen's width in pixels.</summary>
    private float Place(ref DigitRandom random)
    {
        var low = new Vector2(float.MaxValue);
        var high = new Vector2(float.MinValue);
        foreach (Vector3 p in _path)
        {
            var q = new Vector2(p.X, p.Y);
            low = Vector2.Min(low, q);
            high = Vector2.Max(high, q);
        }
        float halfWidth = .5f * (1f + 2.3f * MathF.Abs(.5f * random.Bell() + .38f));
        halfWidth = MathF.Min(halfWidth, 2.3f);
        float box = BoxSide * (1f + .05f * random.Bell()) - 2f * halfWidth;
        Vector2 extent = high - low;
        float scale = box / MathF.Max(MathF.Max(extent.X, extent.Y), .2f);
        Vector2 middle = .5f * (low + high);
        for (int i = 0; i < _path.Count; i++)
        {
            Vector3 p = _path[i];
            _path[i] = new Vector3((p.X - middle.X) * scale + Side * .5f, (p.Y - middle.Y) * scale + Side * .5f, p.Z);
        }
        return halfWidth;
    }

    /// <summary>Inks every pixel by its distance from the path; the edge fades over <paramref name="softness"/> pixels.</summary>
    private void Stamp(float halfWidth, float softness)
    {
        int start = 0;
        foreach (int end in _strokeEnds)
        {
            for (int i = start; i + 1 < end; i++)
                StampSegment(_path[i], _path[i + 1], halfWidth, softness);
            start = end;
        }
    }

    private void StampSegment(Vector3 from, Vector3 to, float halfWidth, float softness)
    {
        float radius = halfWidth * MathF.Max(from.Z, to.Z) + softness;
        int left = Math.Max(0, (int)(MathF.Min(from.X, to.X) - radius));
        int right = Math.Min(Side - 1, (int)(MathF.Max(from.X, to.X) + radius));
        int top = Math.Max(0, (int)(MathF.Min(from.Y, to.Y) - radius));
        int bottom = Math.Min(Side - 1, (int)(MathF.Max(from.Y, to.Y) + radius));
        float dx = to.X - from.X, dy = to.Y - from.Y;
        float lengthSquared = MathF.Max(dx * dx + dy * dy, 1e-6f);
        for (int y = top; y <= bottom; y++)
        {
            for (int x = left; x <= right; x++)
            {
                float px = x + .5f - from.X, py = y + .5f - from.Y;
                float t = Math.Clamp((px * dx + py * dy) / lengthSquared, 0f, 1f);
                float ex = px - t * dx, ey = py - t * dy;
                float distance = MathF.Sqrt(ex * ex + ey * ey);
                float width = halfWidth * (from.Z + t * (to.Z - from.Z));
                float ink = Math.Clamp(.5f + (width - distance) / softness, 0f, 1f);
                ref float pixel = ref _ink[y * Side + x];
                if (ink > pixel) pixel = ink;
            }
        }
    }

    /// <summary>Moves the center of mass to the middle, plus a random rest of a pixel or so.</summary>
    private void Center(ref DigitRandom random)
    {
        float mass = 0, sumX = 0, sumY = 0;
        for (int i = 0; i < _ink.Length; i++)
        {
            mass += _ink[i];
            sumX += _ink[i] * (i % Side);
            sumY += _ink[i] * (i / Side);
        }
        float middle = (Side - 1) * .5f;
        float shiftX = middle - sumX / mass + .6f * random.Bell();
        float shiftY = middle - sumY / mass + .6f * random.Bell();
        int wholeX = (int)MathF.Floor(shiftX), wholeY = (int)MathF.Floor(shiftY);
        float restX = shiftX - wholeX, restY = shiftY - wholeY;
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                int fromX = x - wholeX, fromY = y - wholeY;
                _row[y * Side + x] =
                    (1 - restY) * ((1 - restX) * At(fromX, fromY) + restX * At(fromX - 1, fromY))
                    + restY * ((1 - restX) * At(fromX, fromY - 1) + restX * At(fromX - 1, fromY - 1));
            }
        }
    }

    private float At(int x, int y) => (uint)x < Side && (uint)y < Side ? _ink[y * Side + x] : 0f;

    /// <summary>Contrast, a little grain where there is ink, and whole gray levels.</summary>
    private void Finish(ref DigitRandom random, Span<byte> image)
    {
        float contrast = random.Uniform(1.05f, 1.7f);
        float grain = random.Uniform(0f, .08f);
        float fray = random.Uniform(0f, 1f); // ragged edges, where ink and paper meet
        for (int i = 0; i < image.Length; i++)
        {
            float ink = _row[i];
            float gray = ink <= .02f ? 0f : contrast * ink * (1f + (grain + fray * ink * (1f - ink)) * random.Bell());
            image[i] = (byte)(255f * Math.Clamp(gray, 0f, 1f) + .5f);
        }
    }

    /// <summary>
    /// A slow wave across the paper, and the proportions of the halves (big heads, narrow feet). All strokes bend together, so joints
    /// stay joined.
    /// </summary>
    private readonly struct Warp
    {
        private readonly Vector4 _phase;
        private readonly Vector4 _frequency;
        private readonly Vector4 _amplitude;
        private readonly float _waist;
        private readonly float _taper;

        public Warp(ref DigitRandom random)
        {
            _phase = 6.2831853f * new Vector4(random.Uniform(), random.Uniform(), random.Uniform(), random.Uniform());
            _frequency = new Vector4(random.Uniform(2f, 6f), random.Uniform(2f, 6f), random.Uniform(2f, 6f), random.Uniform(2f, 6f));
            _amplitude = .035f * new Vector4(random.Bell(), random.Bell(), random.Bell(), random.Bell());
            _waist = .36f * random.Bell();
            _taper = .3f * random.Bell();
        }

        public Vector2 Apply(Vector2 p)
        {
            // The parabola leaves top and bottom where they are, and stays monotone while |_waist| < 2.
            float y = Math.Clamp(p.Y, 0f, 1f);
            p = new Vector2(.3f + (p.X - .3f) * (1f + _taper * (p.Y - .5f)), p.Y + _waist * .5f * y * (1f - y));
            return Wave(p);
        }

        private Vector2 Wave(Vector2 p) => new(
            p.X + _amplitude.X * MathF.Sin(_frequency.X * p.Y + _phase.X) + _amplitude.Y * MathF.Sin(_frequency.Y * p.X + _phase.Y),
            p.Y + _amplitude.Z * MathF.Sin(_frequency.Z * p.X + _phase.Z) + _amplitude.W * MathF.Sin(_frequency.W * p.Y + _phase.W));
    }
}
