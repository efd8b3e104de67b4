namespace BayesGen.Tests;

/// <summary>Loops by hand that would reach no posterior are refused, and doors that were left open can be closed.</summary>
public sealed class LoopTests
{
#pragma warning disable BG0200, BG0209, BG0211 // The mistakes themselves.
    [Fact]
    public void RefusesTheSecondForwardOfALoopWithoutADraw()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        using var optimizer = optim.SGD(model.parameters().ToArray(), 0.1);
        model.call(randn(2, 3)).square().sum().backward();
        optimizer.step();
        optimizer.zero_grad();
        Assert.Contains("model.Draw()", Assert.Throws<InvalidOperationException>(() => model.call(randn(2, 3))).Message);
    }

    [Fact]
    public void RefusesALoopWithoutADrawThatClearsItsGradients()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        var error = Assert.Throws<InvalidOperationException>(() =>
        {
            for (var i = 0; i < 4; i++)
            {
                model.zero_grad();
                model.call(randn(2, 3)).square().sum().backward();
            }
        });
        Assert.Contains("model.Draw()", error.Message);
        model.zero_grad();
        model.eval();
        for (var i = 0; i < 4; i++)
            model.call(randn(2, 3)).square().sum().backward();
    }
#pragma warning restore BG0200

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void RefusesOneDrawForManySteps(bool runsAgain)
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        using var optimizer = optim.SGD(model.parameters().ToArray(), 0.1);
        using var draw = model.Draw();
        var total = model.call(randn(2, 3)).square().sum();
        draw.Backward(total);
        draw.Backward(model.call(randn(2, 3)).square().sum());
        var kept = model.call(randn(2, 3)).square().sum();
        optimizer.step();
        var error = Assert.Throws<InvalidOperationException>(() => draw.Backward(runsAgain ? model.call(randn(2, 3)).sum() : kept));
        Assert.Contains("inside the loop", error.Message);
    }

    [Fact]
    public void EndDrawEndsADrawThatWasDropped()
    {
        using var model = new BayesianLine(new Line());
        model.Draw();
        Assert.Contains("EndDraw", Assert.Throws<InvalidOperationException>(() => model.Draw()).Message);
        model.EndDraw();
        model.EndDraw();
        model.Draw().Dispose();
    }

    [Fact]
    public void AFailedOverrideOfTheWeightsLeavesTheModelUnlocked()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianThawing(new Thawing());
        var weights = model.Arena.Lease.Override("test");
        model.Network.A.weight!.Dispose();
        Assert.Contains("'a.weight'", Assert.Throws<InvalidOperationException>(weights.Dispose).Message);
        model.Arena.Lease.RequireIdle("test");

        model.Arena.Families[0].Store.Weights.Dispose();
        Assert.ThrowsAny<Exception>(() => model.Arena.Lease.Override("test"));
        model.Arena.Lease.RequireIdle("test");
    }

    [Fact]
    public void RefusesASecondWrapperOfOneNetwork()
    {
        using var scope = NewDisposeScope();
        var network = new Thawing();
        using var first = new BayesianThawing(network);
        Assert.Contains("already belongs", Assert.Throws<InvalidOperationException>(() => new BayesianThawing(network)).Message);
        first.to(ScalarType.Float64);
        Assert.Throws<InvalidOperationException>(() => new BayesianThawing(network));
        first.Arena.Dispose();
        using var second = new BayesianThawing(network);
        second.Draw().Dispose();
    }

    [Fact]
    public void ADisposedModelIsNamed()
    {
        var model = new BayesianLine(new Line());
        model.Dispose();
        Assert.Contains("disposed", Assert.Throws<ObjectDisposedException>(() => model.Draw()).Message);
        Assert.Throws<ObjectDisposedException>(() => model.Posterior.Line.Weight);
    }

    [Fact]
    public void DisposingAReturnedTensorBreaksNothing()
    {
        using var model = new BayesianThawing(new Thawing());
        using (var mu = model.Posterior.A.Weight.Mu)
            mu.fill_(0.25);
        foreach (var tensor in model.state_dict().Values)
            tensor.Dispose();
        Assert.Equal(0.25, model.Posterior.A.Weight.Mu.max().item<float>());
        using var file = new MemoryStream();
        model.Describe();
        model.to(ScalarType.Float64);
        model.to(ScalarType.Float32);
        foreach (var tensor in model.state_dict().Values)
            Assert.False(tensor.IsInvalid);
        model.Draw().Dispose();
    }

    [Fact]
    public void ALossMayDisposeItsArguments()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianThawing(new Thawing());
        for (var i = 0; i < 2; i++)
        {
            using var draw = model.Draw();
            draw.Backward(new Disposing().Divergence(draw));
        }

        Assert.NotNull(model.get_parameter("Gaussian.mu")!.grad);
    }

    private sealed class Disposing : VariationalLoss, IScores<GaussianPosterior>
    {
        public Tensor Divergence(IReadOnlyList<IScoredWeights<GaussianPosterior>> weights)
        {
            using var mu = weights[0].Posterior.Mu;
            using var sample = weights[0].Sample;
            return mu.square().sum() + sample.sum();
        }
    }
}
