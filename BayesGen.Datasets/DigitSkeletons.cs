using System.Numerics;

namespace BayesGen.Datasets;

/// <summary>One pull of the pen: points to go through, smoothly or with straight edges.</summary>
internal sealed record PenStroke(bool Smooth, Vector2[] Points);

/// <summary>One way to write a digit, and how common it is among the ways of its digit.</summary>
internal sealed record DigitSkeleton(float Weight, PenStroke[] Strokes);

/// <summary>
/// The ways people write the ten digits, as pen strokes. Units: the digit is 1 high and about 0.6 wide, x runs right and y runs down;
/// the pen's own transformations (slant, rotation, size) come on top.
/// </summary>
internal static class DigitSkeletons
{
    /// <summary>The skeletons of a digit (0 to 9).</summary>
    public static DigitSkeleton[] Of(int digit) => All[digit];

    private static readonly DigitSkeleton[][] All =
    [
        [ // 0: closed, overlapping at the top, left open, with a hook inward
            Sign(3, Curve(.30f, 0, .09f, .17f, 0, .5f, .08f, .82f, .30f, 1, .53f, .84f, .62f, .5f, .54f, .16f, .30f, 0)),
            Sign(3, Curve(.44f, .07f, .26f, .01f, .08f, .2f, 0, .52f, .08f, .85f, .30f, 1, .53f, .82f, .62f, .48f, .52f, .13f,
                .34f, .02f, .22f, .06f)),
            Sign(1.5f, Curve(.36f, 0, .13f, .18f, 0, .55f, .10f, .87f, .30f, 1, .54f, .82f, .63f, .45f, .56f, .17f, .44f, .10f)),
            Sign(1, Curve(.22f, .06f, .06f, .28f, 0, .6f, .12f, .93f, .36f, .98f, .58f, .75f, .62f, .4f, .48f, .08f, .26f, .02f,
                .2f, .14f, .32f, .2f)),
        ],
        [ // 1: a bar, a bent bar, with serif, with serif and foot
            Sign(6, Line(0, 0, 0, 1)),
            Sign(2, Curve(.03f, 0, -.01f, .45f, .02f, 1)),
            Sign(.9f, Line(-.17f, .22f, 0, 0, 0, 1)),
            Sign(.6f, Line(-.1f, .1f, 0, 0, 0, 1)),
            Sign(.35f, Line(-.18f, .2f, .02f, 0, .02f, .98f), Line(-.25f, .98f, .28f, .98f)),
        ],
        [ // 2: sharp foot, looped foot, wavy foot, big loop, hooked start, wide loop, low start, falling foot
            Sign(2.5f, Curve(.02f, .22f, .12f, .05f, .34f, 0, .55f, .12f, .55f, .34f, .36f, .62f, 0, 1), Line(0, 1, .66f, .97f)),
            Sign(3, Curve(.03f, .2f, .16f, .03f, .38f, 0, .56f, .14f, .53f, .4f, .35f, .7f, .13f, .95f, .02f, .94f, .04f, .81f,
                .2f, .79f, .4f, .92f, .7f, .96f)),
            Sign(1.5f, Curve(0, .25f, .1f, .06f, .32f, 0, .52f, .12f, .52f, .36f, .33f, .66f, .02f, .95f), Curve(.02f, .95f,
                .2f, .88f, .45f, .98f, .68f, .9f)),
            Sign(1, Curve(.06f, .1f, .3f, 0, .52f, .1f, .52f, .36f, .4f, .68f, .2f, .97f, .02f, .97f, 0, .78f, .16f, .68f,
                .38f, .84f, .72f, 1)),
            Sign(1, Curve(.12f, .3f, .06f, .16f, .22f, .02f, .44f, .03f, .52f, .2f, .42f, .5f, .22f, .8f, .06f, .96f),
                Line(.06f, .96f, .62f, .98f)),
            Sign(2, Curve(.06f, .3f, .1f, .11f, .32f, .02f, .5f, .16f, .46f, .42f, .28f, .72f, .08f, .94f, 0, .86f, .12f, .76f,
                .36f, .88f, .6f, .97f, .8f, .88f)),
            Sign(2, Curve(.1f, .36f, .1f, .14f, .34f, 0, .58f, .1f, .62f, .32f, .46f, .6f, .2f, .86f, .04f, .96f, 0, .86f,
                .1f, .78f, .3f, .86f, .56f, .98f, .84f, .94f)),
            Sign(1.5f, Curve(.04f, .08f, .3f, .01f, .5f, .09f, .48f, .3f, .3f, .62f, 0, .93f), Curve(0, .93f, .3f, .9f, .72f, 1)),
        ],
        [ // 3: round, flat top, looped waist, shallow waist
            Sign(4, Curve(.04f, .13f, .24f, 0, .5f, .09f, .49f, .31f, .2f, .46f), Curve(.2f, .46f, .5f, .54f, .58f, .76f, .4f, .96f,
                .16f, 1, 0, .88f)),
            Sign(1, Line(.02f, .03f, .54f, .02f, .24f, .4f), Curve(.24f, .4f, .5f, .46f, .58f, .7f, .42f, .94f, .16f, 1, 0, .9f)),
            Sign(2, Curve(.03f, .1f, .26f, 0, .5f, .1f, .46f, .32f, .26f, .47f, .15f, .5f, .2f, .43f, .44f, .5f, .57f, .72f,
                .42f, .95f, .15f, 1, 0, .9f)),
            Sign(2, Curve(.06f, .06f, .32f, 0, .52f, .12f, .46f, .34f, .3f, .46f, .5f, .56f, .56f, .78f, .36f, .97f, .02f, .98f)),
        ],
        [ // 4: open and angular, closed, open and round, with a long crossbar, two parallel bars
            Sign(3, Line(.1f, 0, 0, .54f, .62f, .5f), Line(.54f, .06f, .48f, 1)),
            Sign(1.5f, Line(.48f, 1, .5f, 0, 0, .64f, .7f, .63f)),
            Sign(3, Curve(.06f, .02f, 0, .3f, .08f, .5f, .32f, .54f, .56f, .42f), Line(.58f, 0, .52f, 1)),
            Sign(1, Line(.3f, 0, 0, .52f, .78f, .48f), Line(.5f, .26f, .4f, 1)),
            Sign(1.5f, Curve(.02f, .04f, .01f, .34f, .1f, .46f, .34f, .47f, .54f, .4f), Curve(.62f, .04f, .54f, .5f, .52f, 1)),
            Sign(.4f, Curve(.44f, .02f, .2f, .28f, .02f, .54f, .28f, .57f, .66f, .52f), Line(.52f, .06f, .46f, 1)),
        ],
        [ // 5: angular, one smooth pull, hat drawn apart, hat lifted, flat belly
            Sign(3, Line(.6f, 0, .13f, .03f, .08f, .42f), Curve(.08f, .42f, .32f, .37f, .54f, .52f, .54f, .78f, .34f, .98f, .12f, 1,
                0, .9f)),
            Sign(2, Curve(.64f, .02f, .34f, .03f, .17f, .1f, .12f, .34f, .34f, .44f, .54f, .6f, .5f, .86f, .22f, 1, 0, .94f)),
            Sign(2, Line(.13f, .06f, .07f, .42f), Curve(.07f, .42f, .34f, .4f, .52f, .58f, .5f, .84f, .28f, 1, 0, .93f),
                Line(.12f, .05f, .68f, 0)),
            Sign(1, Line(.12f, .1f, .06f, .46f), Curve(.06f, .46f, .36f, .46f, .5f, .64f, .44f, .88f, .2f, 1, 0, .95f),
                Line(.18f, .05f, .74f, -.04f)),
            Sign(1.5f, Curve(.7f, 0, .4f, .02f, .22f, .06f), Curve(.22f, .06f, .14f, .24f, .12f, .4f, .3f, .48f, .46f, .64f,
                .4f, .88f, .16f, .99f, 0, .92f)),
        ],
        [ // 6: round back, straight back, small loop, wide loop
            Sign(3, Curve(.46f, 0, .2f, .2f, .03f, .54f, .06f, .85f, .27f, 1, .49f, .88f, .51f, .67f, .34f, .56f, .14f, .65f,
                .05f, .82f)),
            Sign(2.5f, Curve(.3f, 0, .12f, .35f, 0, .7f, .1f, .94f, .3f, .99f, .49f, .82f, .43f, .61f, .24f, .59f, .06f, .78f)),
            Sign(2, Curve(.5f, .02f, .22f, .28f, .03f, .64f, .06f, .92f, .24f, 1, .4f, .9f, .42f, .74f, .28f, .68f, .14f, .78f,
                .1f, .92f)),
            Sign(1.5f, Curve(.36f, 0, .12f, .2f, 0, .52f, .06f, .85f, .32f, 1, .6f, .86f, .62f, .62f, .4f, .5f, .16f, .58f, .03f, .74f)),
        ],
        [ // 7: angular, bent leg, barred, with serif, barred with serif, round shoulder
            Sign(4, Line(0, .05f, .58f, .02f, .22f, 1)),
            Sign(2.5f, Curve(0, .08f, .28f, .05f, .58f, .02f), Curve(.58f, .02f, .42f, .4f, .3f, 1)),
            Sign(1.6f, Line(0, .05f, .6f, .02f, .2f, 1), Line(.1f, .54f, .62f, .48f)),
            Sign(1.2f, Line(0, .26f, .04f, .05f, .58f, .03f), Curve(.58f, .03f, .36f, .5f, .26f, 1)),
            Sign(.8f, Line(0, .18f, .04f, .03f, .6f, .02f), Curve(.6f, .02f, .4f, .48f, .24f, 1), Line(.16f, .5f, .6f, .5f)),
            Sign(1.8f, Curve(0, .12f, .2f, .02f, .48f, .03f, .54f, .16f, .4f, .5f, .28f, 1)),
        ],
        [ // 8: one pull, crossing late, two ovals, open top, pinched, small head, open at the right, heavy head, heavy foot
            Sign(3, Curve(.5f, .13f, .28f, 0, .07f, .14f, .14f, .36f, .32f, .5f, .52f, .68f, .49f, .9f, .26f, 1, .04f, .88f,
                .07f, .68f, .28f, .5f, .48f, .31f, .51f, .14f, .44f, .06f)),
            Sign(1, Curve(.28f, 0, .08f, .1f, .08f, .33f, .28f, .45f, .48f, .33f, .48f, .1f, .28f, 0), Curve(.28f, .45f, .04f, .58f,
                .04f, .87f, .28f, 1, .52f, .87f, .52f, .58f, .28f, .45f)),
            Sign(2, Curve(.58f, .08f, .34f, 0, .1f, .12f, .12f, .32f, .34f, .5f, .48f, .72f, .36f, .96f, .12f, .98f, 0, .82f,
                .14f, .62f, .4f, .42f, .6f, .2f)),
            Sign(1.5f, Curve(.46f, .04f, .24f, .02f, .1f, .18f, .2f, .38f, .4f, .56f, .5f, .76f, .38f, .97f, .14f, .98f, .02f, .8f,
                .16f, .6f, .36f, .44f, .5f, .24f, .46f, .05f)),
            Sign(1, Curve(.4f, .03f, .22f, .06f, .18f, .24f, .34f, .4f, .54f, .6f, .54f, .86f, .3f, 1, .04f, .9f, .04f, .66f,
                .24f, .46f, .44f, .26f, .42f, .06f)),
            Sign(2, Curve(.62f, .1f, .46f, 0, .22f, .06f, .16f, .24f, .34f, .44f, .42f, .68f, .32f, .94f, .12f, .98f, .02f, .82f,
                .16f, .6f, .42f, .38f, .6f, .14f)),
            Sign(1.5f, Curve(.56f, .04f, .3f, 0, .1f, .14f, .2f, .34f, .4f, .46f, .38f, .76f, .24f, .98f, .1f, .94f, .12f, .74f,
                .3f, .5f, .54f, .3f, .62f, .1f, .5f, .02f)),
            Sign(1.5f, Curve(.42f, .02f, .28f, .02f, .22f, .16f, .3f, .34f, .5f, .52f, .58f, .78f, .36f, 1, .06f, .94f, .02f, .7f,
                .22f, .48f, .44f, .26f, .46f, .08f, .38f, 0)),
        ],
        [ // 9: straight leg, hooked leg, slanting leg, open head, small head, wide head, leg bent inward
            Sign(3, Curve(.5f, .13f, .3f, 0, .07f, .12f, .04f, .35f, .22f, .47f, .43f, .35f, .51f, .13f), Line(.51f, .1f, .47f, 1)),
            Sign(1.2f, Curve(.5f, .12f, .3f, 0, .07f, .12f, .05f, .34f, .24f, .46f, .44f, .34f, .51f, .1f), Curve(.52f, .1f,
                .53f, .5f, .44f, .84f, .26f, 1, .1f, .96f)),
            Sign(2.5f, Curve(.54f, .12f, .36f, 0, .12f, .12f, .05f, .33f, .2f, .43f, .42f, .3f, .55f, .1f), Curve(.55f, .1f,
                .42f, .5f, .24f, 1)),
            Sign(1.5f, Curve(.5f, .05f, .28f, 0, .06f, .13f, .04f, .36f, .22f, .44f, .48f, .3f), Curve(.52f, .03f, .5f, .5f, .44f, 1)),
            Sign(2, Curve(.42f, .16f, .36f, .03f, .2f, .03f, .06f, .16f, .06f, .33f, .22f, .38f, .4f, .26f, .46f, .06f),
                Curve(.46f, .06f, .42f, .5f, .34f, 1)),
            Sign(1.5f, Curve(.64f, .1f, .4f, 0, .1f, .1f, .03f, .34f, .24f, .46f, .5f, .34f, .64f, .1f), Curve(.64f, .08f,
                .64f, .5f, .58f, 1)),
            Sign(1.5f, Curve(.46f, .1f, .28f, 0, .06f, .1f, .05f, .28f, .22f, .36f, .42f, .26f, .48f, .08f, .5f, .4f, .46f, .75f,
                .4f, 1)),
        ],
    ];

    internal static DigitSkeleton Sign(float weight, params PenStroke[] strokes) => new(weight, strokes);

    internal static PenStroke Curve(params float[] xy) => new(true, Points(xy));

    internal static PenStroke Line(params float[] xy) => new(false, Points(xy));

    private static Vector2[] Points(float[] xy)
    {
        var points = new Vector2[xy.Length / 2];
        for (int i = 0; i < points.Length; i++)
            points[i] = new Vector2(xy[2 * i], xy[2 * i + 1]);
        return points;
    }
}
