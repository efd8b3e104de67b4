using static BayesGen.Datasets.DigitSkeletons;

namespace BayesGen.Datasets;

/// <summary>
/// The ways people write some capital letters, as pen strokes, in the units of <see cref="DigitSkeletons"/>. Letters that can be taken for
/// a digit are left out: B, D, G, I, J, L, O, P, Q, S, U, V, Z, C as a broken 0, H as an open 4, and T as a 7.
/// </summary>
internal static class LetterSkeletons
{
    /// <summary>The letters in the order of their numbers.</summary>
    public const string Letters = "AEFKMNRWXY";

    /// <summary>The skeletons of a letter (0 to 9).</summary>
    public static DigitSkeleton[] Of(int letter) => All[letter];

    private static readonly DigitSkeleton[][] All =
    [
        [ // A: two slopes and a bar, one pull up and down, round top
            Sign(3, Line(.32f, 0, 0, 1), Line(.32f, 0, .64f, 1), Line(.13f, .62f, .52f, .62f)),
            Sign(2, Line(0, 1, .3f, 0, .62f, 1), Line(.1f, .66f, .54f, .6f)),
            Sign(1, Curve(0, 1, .06f, .4f, .3f, 0, .54f, .4f, .6f, 1), Line(.05f, .56f, .57f, .56f)),
        ],
        [ // E: a spine and three bars, one pull with a middle bar
            Sign(3, Line(0, 0, 0, 1), Line(0, 0, .54f, 0), Line(0, .5f, .44f, .48f), Line(0, 1, .56f, .98f)),
            Sign(2, Line(.52f, .02f, .02f, 0, 0, 1, .56f, 1), Line(.02f, .52f, .4f, .5f)),
        ],
        [ // F: a spine and two bars, one pull with a middle bar
            Sign(3, Line(0, 0, 0, 1), Line(0, 0, .56f, 0), Line(0, .48f, .44f, .46f)),
            Sign(2, Line(.58f, .04f, .04f, 0, 0, 1), Line(.02f, .46f, .46f, .44f)),
        ],
        [ // K: a spine and two arms from the middle, arms in one pull
            Sign(3, Line(0, 0, 0, 1), Line(.54f, 0, .02f, .54f), Line(.18f, .4f, .58f, 1)),
            Sign(2, Line(.02f, 0, 0, 1), Line(.54f, .02f, .06f, .5f, .58f, .98f)),
        ],
        [ // M: four straight pulls, deep middle
            Sign(3, Line(0, 1, .04f, 0, .36f, .62f, .68f, 0, .74f, 1)),
            Sign(2, Line(0, 1, .02f, 0, .36f, .96f, .7f, 0, .72f, 1)),
        ],
        [ // N: three straight pulls, leaning legs
            Sign(3, Line(0, 1, 0, 0, .58f, 1, .58f, 0)),
            Sign(2, Line(0, 1, .06f, .02f, .52f, .98f, .6f, 0)),
        ],
        [ // R: a spine, a bowl and a leg
            Sign(3, Line(0, 0, 0, 1), Curve(0, .02f, .34f, 0, .5f, .2f, .38f, .46f, .02f, .5f), Line(.18f, .5f, .56f, 1)),
            Sign(2, Line(.04f, .02f, 0, 1), Curve(0, .06f, .3f, 0, .52f, .16f, .44f, .42f, .08f, .52f), Line(.14f, .52f, .6f, .98f)),
        ],
        [ // W: four straight pulls, round feet
            Sign(3, Line(0, 0, .2f, 1, .4f, .3f, .6f, 1, .8f, 0)),
            Sign(2, Curve(0, 0, .06f, .6f, .2f, .98f, .36f, .66f, .42f, .28f, .48f, .66f, .62f, .98f, .76f, .6f, .82f, 0)),
        ],
        [ // X: two straight strokes, bent strokes
            Sign(3, Line(0, 0, .6f, 1), Line(.6f, 0, 0, 1)),
            Sign(2, Curve(0, .04f, .3f, .48f, .62f, .98f), Curve(.58f, 0, .34f, .5f, .02f, 1)),
        ],
        [ // Y: two arms and a stem, a stroke that one arm joins
            Sign(3, Line(0, 0, .31f, .48f), Line(.62f, 0, .31f, .48f, .31f, 1)),
            Sign(2, Line(0, .02f, .32f, .5f), Line(.64f, 0, .3f, .54f, .24f, 1)),
        ],
    ];
}
